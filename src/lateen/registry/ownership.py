"""Whose hosts are whose: with `hostOwnership: ENFORCED`, a namespace routes what it does not own for itself alone.

A namespace owns the hosts of its own services, and those that its Namespace object grants it, which only those who
administer namespaces may write: `lateen.dev/hosts: api.example.com, *.shop.example.com, 203.0.113.7`. The root
namespace owns every host. Whoever names addresses can take what others send there: they are granted as hosts are.
"""

from collections.abc import Iterable

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.reactive import Collection, Read
from lateen.registry.mesh import Mesh
from lateen.registry.service import Service

HOSTS = "lateen.dev/hosts"
ANYWHERE = "0.0.0.0/0"
_DOMAIN = "cluster.local"


def granted(annotation: str) -> tuple[str, ...]:
    """Read a grant: names and `*.suffixes`, with commas or blanks between them; "*" is every host."""
    return tuple(host.lower() for host in annotation.replace(",", " ").split())


def foreign(hosts: Iterable[str], namespace: str, grants: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts (full, in lower case; patterns may be among them) that a namespace with these grants does not
    own."""
    own = (f"*.{namespace}.svc.{_DOMAIN}", *grants)
    return tuple(host for host in hosts if not any(covers(pattern, host) for pattern in own))


def claims(service: Service) -> tuple[str, ...]:
    """Return what a declaration takes: its host, its addresses, and all there are where its bytes name neither."""
    named = service.addresses or service.allocated
    bytes_alone = any(not (port.is_http or port.is_tls) for port in service.ports)
    return (service.host, *service.addresses, *((ANYWHERE,) if bytes_alone and not named else ()))


def foreign_hosts(
    read: Read, mesh: Mesh, namespaces: Collection[Key, Object], hosts: Iterable[str], namespace: str
) -> tuple[str, ...]:
    """Return the hosts that `namespace` does not own, as things stand; () where ownership is not enforced."""
    if not mesh.host_ownership or namespace == mesh.root_namespace:
        return ()
    found = read.get(namespaces, Key("", namespace))
    return foreign(hosts, namespace, granted(found.annotations.get(HOSTS, "")) if found else ())
