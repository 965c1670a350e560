"""Routes for the mesh: attached to services, for all their clients or for those of the route's own namespace.

https://gateway-api.sigs.k8s.io/mesh/service-facets/
https://gateway-api.sigs.k8s.io/geps/gep-1426/
"""

from collections.abc import Callable, Iterator

from lateen.base.hosts import fqdn
from lateen.base.refs import Key
from lateen.kinds.gateway_api.references import ParentReference
from lateen.kinds.object import Object
from lateen.planner.gateway_api.attachment import Attachment
from lateen.planner.gateway_api.backends import ISTIO
from lateen.planner.gateway_api.kinds import Said
from lateen.planner.site import EVERYWHERE, MESH_GATEWAY, Where
from lateen.registry.service import Service

# The hosts of a ServiceEntry, and the declarations of a host.
HostsOf = Callable[[Key], tuple[str, ...]]
Declared = Callable[[str], tuple[Service, ...]]


def is_service(parent: ParentReference) -> bool:
    """Say whether a parent is one of the mesh's."""
    return (parent.group, parent.kind) in (("", "Service"), ("core", "Service"), (ISTIO, "ServiceEntry"))


def parent_hosts(parent: ParentReference, namespace: str, hosts_of: HostsOf) -> tuple[str, ...]:
    """Return the hosts that a parent of a route in `namespace` has."""
    key = Key(parent.namespace or namespace, parent.name)
    if parent.kind == "ServiceEntry":
        return tuple(host.lower() for host in hosts_of(key))
    return (fqdn(key.name, key.namespace).lower(),)


def section(parent: ParentReference, declared: tuple[Service, ...]) -> Where | None:
    """Return at which ports of a service a route is; None where it has no port of that name and number."""
    if not parent.section_name:
        return Where(port=parent.port) if parent.port else EVERYWHERE
    ports = (port.number for service in declared for port in service.ports if port.name == parent.section_name)
    number = next((number for number in ports if parent.port in (None, number)), 0)
    return Where(port=number) if number else None


def mesh_attachments(found: Object, rules: Said, hosts_of: HostsOf, declared: Declared) -> Iterator[Attachment]:
    """Yield the attachments of a route to services.

    In the namespace of its service a route is for all clients, elsewhere for those of its own namespace.
    """
    for parent in found.model.spec.parent_refs if rules != Said() else ():
        if not is_service(parent):
            continue
        produced = (parent.namespace or found.namespace) == found.namespace
        for host in parent_hosts(parent, found.namespace, hosts_of):
            where = section(parent, declared(host) if parent.section_name else ())
            if where is not None:
                yield Attachment(
                    parent=MESH_GATEWAY,
                    host=host,
                    namespace=found.namespace,
                    name=found.name,
                    rules=rules,
                    exports=("*",) if produced else (found.namespace,),
                    where=where,
                    created=found.created,
                    origin=found.origin,
                )
