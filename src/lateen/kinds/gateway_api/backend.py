"""XBackend: a host outside the cluster as a destination (experimental).

https://gateway-api.sigs.k8s.io/geps/gep-4731/
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.gateway_api.certificate_check import CertificateCheck, check_faults
from lateen.kinds.gateway_api.conditions import RouteStatus
from lateen.kinds.gateway_api.names import CATEGORIES, EXPERIMENTAL, Port, PreciseHostname
from lateen.kinds.gateway_api.references import SecretObjectReference
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.names import is_label
from lateen.kinds.spec import AGE, KindSpec


class ExternalHostname(Model, frozen=True, kw_only=True):
    """A host that is found by DNS."""

    hostname: PreciseHostname


class BackendPort(Model, frozen=True, kw_only=True):
    """Where it listens."""

    name: Annotated[str, Meta(max_length=63)] = ""
    port: Port


class BackendTLSSettings(Model, frozen=True, kw_only=True):
    """TLS towards it."""

    mode: Literal["None", "ServerOnly", "ClientAndServer"]
    validation: CertificateCheck | None = None
    client_certificate_ref: SecretObjectReference | None = None


class XBackendSpec(Model, frozen=True, kw_only=True):
    """A host, its port, and how to speak to it."""

    type: Literal["ExternalHostname"]
    external_hostname: ExternalHostname | None = None
    port: BackendPort
    protocol: Literal["TCP", "HTTP", "HTTP2", "HTTP11", "H2C", "MCP"] | None = None
    tls: BackendTLSSettings | None = None


class XBackend(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: XBackendSpec
    status: RouteStatus = RouteStatus()


def validate(found: XBackend) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if spec.external_hostname is None:
        said = "externalHostname must be set when type is ExternalHostname and must be unset otherwise"
        yield Fault("spec.externalHostname", said)
    elif is_ip(spec.external_hostname.hostname) or spec.external_hostname.hostname.endswith(".cluster.local"):
        said = "hostname must not be an IP address or end with .cluster.local"
        yield Fault("spec.externalHostname.hostname", said)
    if spec.port.name and not is_label(spec.port.name):
        yield Fault("spec.port.name", "Name must be a valid DNS label")
    if spec.tls is None:
        return
    if (spec.tls.mode == "ClientAndServer") != (spec.tls.client_certificate_ref is not None):
        said = "clientCertificateRef must be set if and only if mode is ClientAndServer"
        yield Fault("spec.tls.clientCertificateRef", said)
    if spec.tls.validation is not None:
        yield from check_faults("spec.tls.validation", spec.tls.validation)


SPEC = KindSpec(
    group=EXPERIMENTAL,
    kind="XBackend",
    plural="xbackends",
    versions=("v1alpha1",),
    short_names=("xbackend",),
    categories=CATEGORIES,
    defaulted=True,
    model=XBackend,
    validate=validate,
    columns=(AGE,),
)
