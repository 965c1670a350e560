"""VirtualService: how requests to hosts are routed.

https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.base.hosts import covers
from lateen.kinds.export_to import export_faults
from lateen.kinds.hosts import host_faults, is_sni_name
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.networking.connection_routes import (
    TCPRoute,
    TLSRoute,
    tcp_route_faults,
    tls_route_faults,
)
from lateen.kinds.networking.gateway_names import gateway_faults
from lateen.kinds.networking.http_match import CLAIMS
from lateen.kinds.networking.http_route import (
    HTTPRoute,
    http_route_faults,
)
from lateen.kinds.networking.unreachable import unreachable_rules
from lateen.kinds.spec import AGE, Column, KindSpec


class VirtualServiceSpec(Model, frozen=True, kw_only=True):
    """`gateways`: none = ["mesh"], every sidecar. Without `hosts` it is a delegate of another one."""

    hosts: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    http: tuple[HTTPRoute, ...] = ()
    tls: tuple[TLSRoute, ...] = ()
    tcp: tuple[TCPRoute, ...] = ()
    export_to: tuple[str, ...] = ()

    @property
    def for_mesh(self) -> bool:
        """Say whether sidecars obey it."""
        return not self.gateways or "mesh" in self.gateways


class VirtualService(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: VirtualServiceSpec
    status: IstioStatus = IstioStatus()


def validate(found: VirtualService) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if spec.hosts:
        yield from _host_faults(spec)
    else:
        yield from _delegate_faults(spec)
    yield from gateway_faults("spec.gateways", spec.gateways)
    if not (spec.http or spec.tls or spec.tcp):
        yield Fault("spec", "routes nothing: it needs one of http, tls, tcp")
    for index, rule in enumerate(spec.http):
        yield from http_route_faults(f"spec.http[{index}]", rule)
    for index, tls in enumerate(spec.tls):
        yield from tls_route_faults(f"spec.tls[{index}]", tls, spec.hosts)
    for index, tcp in enumerate(spec.tcp):
        yield from tcp_route_faults(f"spec.tcp[{index}]", tcp)
    yield from _claim_faults(spec)
    yield from unreachable_rules(spec.http)
    if spec.export_to:
        yield from export_faults(spec.export_to, found.metadata.namespace)


def _host_faults(spec: VirtualServiceSpec) -> Iterator[Fault]:
    for index, host in enumerate(spec.hosts):
        path = f"spec.hosts[{index}]"
        if host == "*" and spec.for_mesh:
            fix = "name the hosts, or bind it to a gateway in spec.gateways"
            yield Fault(path, '"*" would take all of the mesh\'s traffic', fix)
        elif not (is_sni_name(host) and not spec.for_mesh):
            yield from host_faults(path, host)
        for other in spec.hosts[:index]:
            if host == other or (host.startswith("*") and other.startswith("*") and _overlap(host, other)):
                yield Fault(path, f'"{host}" and "{other}" are duplicate hosts: they overlap')


def _overlap(one: str, other: str) -> bool:
    return covers(one, other) or covers(other, one)


def _delegate_faults(spec: VirtualServiceSpec) -> Iterator[Fault]:
    reason = "without spec.hosts it is a delegate, which"
    if spec.gateways:
        yield Fault("spec.gateways", f"{reason} has no gateways of its own", "add hosts, or remove gateways")
    for name, rules in (("tls", spec.tls), ("tcp", spec.tcp)):
        if rules:
            yield Fault(f"spec.{name}", f"{reason} has HTTP rules only", "add hosts")
    for index, rule in enumerate(spec.http):
        if rule.delegate is not None:
            yield Fault(f"spec.http[{index}].delegate", f"{reason} does not delegate further", "add hosts")


def _claim_faults(spec: VirtualServiceSpec) -> Iterator[Fault]:
    if not spec.for_mesh:
        return
    for index, rule in enumerate(spec.http):
        for position, match in enumerate(rule.match):
            if any(name.startswith(CLAIMS) for name in (*match.headers, *match.without_headers)):
                path = f"spec.http[{index}].match[{position}].headers"
                yield Fault(path, f"{CLAIMS} exist only at gateways", 'name gateways other than "mesh"')


SPEC = KindSpec(
    group="networking.istio.io",
    kind="VirtualService",
    plural="virtualservices",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("vs",),
    categories=("istio-io", "networking-istio-io"),
    model=VirtualService,
    validate=validate,
    columns=(Column("Gateways", ".spec.gateways"), Column("Hosts", ".spec.hosts"), AGE),
)
