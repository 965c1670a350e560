"""What clients, requests and connections have to pass, put on the listeners at which others come in.

These are the inbound listeners of sidecars and all listeners of gateways; what a workload's own application sends is
checked where it arrives. How paths are normalized is said of every listener; which trust domains are the mesh's, and
what TLS may be, of every one that ends TLS.
"""

from msgspec import structs

from lateen.plan.authorization import NO_AUTHORIZATION, Authorization
from lateen.plan.listener import Chain, DownstreamTls, HttpProxy, Listener
from lateen.planner import names
from lateen.planner.client import meant
from lateen.planner.scope import ByName, Scope, Traits
from lateen.reactive import Collection, Engine, Read
from lateen.registry.mesh import Mesh, TlsLimits
from lateen.registry.registry import Registry
from lateen.security.authorization_rules import AuthorizationSecurity
from lateen.security.external_authorizers import Locate


def check_listeners(
    engine: Engine, registry: Registry, security: AuthorizationSecurity, listeners: Collection[ByName, Listener]
) -> Collection[ByName, Listener]:
    """Build the collection of listeners with their checks."""

    def check(read: Read, key: ByName, listener: Listener) -> Listener:
        scope = key[0]
        found = NO_AUTHORIZATION
        if scope.kind == "gateway" or listener.direction == "INBOUND":
            labels = Traits.parse(scope.name).labels
            found = security.of(read, scope.namespace, labels, _locating(read, registry, scope))
        return checked(listener, found, registry.settings(read))

    return engine.map("checked listeners", listeners, check)


def checked(listener: Listener, authorization: Authorization, mesh: Mesh) -> Listener:
    """Return a listener whose chains hold these checks, and normalize paths and know the mesh's identities as the mesh
    says."""

    def check(chain: Chain) -> Chain:
        proxy = chain.proxy
        if isinstance(proxy, HttpProxy):
            proxy = structs.replace(proxy, checks=authorization.http, path_normalization=mesh.path_normalization)
        else:
            proxy = structs.replace(proxy, checks=authorization.tcp)
        return structs.replace(chain, proxy=proxy, tls=_limited(chain.tls, mesh) if chain.tls else None)

    silent = (mesh.trust_domain_aliases, mesh.mtls, mesh.tls) == ((), TlsLimits(), TlsLimits())
    if authorization == NO_AUTHORIZATION and mesh.path_normalization == "BASE" and silent:
        return listener
    default = listener.default_chain
    return structs.replace(
        listener,
        chains=tuple(check(chain) for chain in listener.chains),
        default_chain=check(default) if default is not None else None,
    )


def _limited(tls: DownstreamTls, mesh: Mesh) -> DownstreamTls:
    """Return TLS within the mesh's limits, where it says nothing itself.

    The mesh's own does not heed curves, any other no version: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
    """
    if tls.mode == "ISTIO_MUTUAL":
        lowest = max(tls.min_version, mesh.mtls.min_version)
        ciphers = tls.ciphers or mesh.mtls.ciphers
        return structs.replace(tls, aliases=mesh.trust_domain_aliases, ciphers=ciphers, min_version=lowest)
    return structs.replace(tls, ciphers=tls.ciphers or mesh.tls.ciphers, curves=mesh.tls.curves)


def _locating(read: Read, registry: Registry, scope: Scope) -> Locate:
    def locate(namespace: str, host: str, port: int) -> str:
        declared = read.get(registry.hosts, host) or ()
        if namespace:
            declared = tuple(one for one in declared if one.namespace == namespace)
        return names.outbound(port, "", host) if meant(declared, scope.namespace) else ""

    return locate
