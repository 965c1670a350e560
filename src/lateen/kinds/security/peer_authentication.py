"""PeerAuthentication: which of mutual TLS and plaintext workloads accept.

https://istio.io/latest/docs/reference/config/security/peer_authentication/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector, selector_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.numbers import port_faults
from lateen.kinds.paths import join
from lateen.kinds.schema_rules import CelRule, stating
from lateen.kinds.spec import AGE, Column, KindSpec


class MutualTLS(Model, frozen=True, kw_only=True):
    """UNSET = as the wider level says."""

    mode: Literal["UNSET", "DISABLE", "PERMISSIVE", "STRICT"] = "UNSET"


_PORTS = stating(CelRule("self.all(port, int(port) >= 1 && int(port) <= 65535)", "port must be between 1-65535"))


class PeerAuthenticationSpec(Model, frozen=True, kw_only=True):
    """`selector` None = the namespace (the root one: the mesh). `port_level_mtls`: by container port."""

    schema_rules: ClassVar = (
        CelRule(
            "!has(self.portLevelMtls) || (has(self.selector) && has(self.selector.matchLabels) && "
            "self.selector.matchLabels.size() > 0)",
            "portLevelMtls requires selector",
        ),
    )

    selector: WorkloadSelector | None = None
    mtls: MutualTLS | None = None
    port_level_mtls: Annotated[Mapping[str, MutualTLS], Meta(min_length=1, extra_json_schema=_PORTS)] | None = None


class PeerAuthentication(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: PeerAuthenticationSpec = PeerAuthenticationSpec()
    status: IstioStatus = IstioStatus()


def validate(found: PeerAuthentication) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    labels = spec.selector.match_labels if spec.selector else {}
    yield from selector_faults("spec.selector.matchLabels", labels)
    if spec.port_level_mtls is None:
        return
    path = "spec.portLevelMtls"
    if not labels:
        fix = "add selector.matchLabels: a port belongs to workloads"
        yield Fault(path, "portLevelMtls requires selector", fix)
    if not spec.port_level_mtls:
        yield Fault(path, "is empty: name at least one port", "or remove it")
    for port in spec.port_level_mtls:
        if port.isdigit():
            yield from port_faults(join(path, port), int(port))
        else:
            yield Fault(join(path, port), f'"{port}" is not a port number')


SPEC = KindSpec(
    group="security.istio.io",
    kind="PeerAuthentication",
    plural="peerauthentications",
    versions=("v1", "v1beta1"),
    short_names=("pa",),
    categories=("istio-io", "security-istio-io"),
    model=PeerAuthentication,
    validate=validate,
    columns=(Column("Mode", ".spec.mtls.mode"), AGE),
)
