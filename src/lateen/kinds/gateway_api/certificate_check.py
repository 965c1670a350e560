"""How the certificate of a backend is checked.

https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicyvalidation
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.names import Hostname, PreciseHostname
from lateen.kinds.gateway_api.references import LocalObjectReference
from lateen.kinds.model import Model, named

_URI = r"^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?"
_KNOWN = (
    r"^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/"
    r"([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$"
)
WellKnown = Annotated[str, Meta(pattern=_KNOWN, min_length=1, max_length=253)]


class SubjectAltName(Model, frozen=True, kw_only=True):
    """A name that the certificate may have."""

    type: Literal["Hostname", "URI"]
    hostname: Hostname = ""
    uri: Annotated[str, Meta(pattern=_URI, min_length=1, max_length=253)] = ""


class CertificateCheck(Model, frozen=True, kw_only=True):
    """The authorities to trust, and the name to expect."""

    ca_certificate_refs: Annotated[tuple[LocalObjectReference, ...], Meta(max_length=8)] = named(
        "caCertificateRefs", ()
    )
    well_known_ca_certificates: WellKnown = named("wellKnownCACertificates", "")
    hostname: PreciseHostname
    subject_alt_names: Annotated[tuple[SubjectAltName, ...], Meta(max_length=5)] = ()


def check_faults(path: str, found: CertificateCheck) -> Iterator[Fault]:
    """Yield what is wrong with a check."""
    if found.ca_certificate_refs and found.well_known_ca_certificates:
        yield Fault(path, "must not contain both CACertificateRefs and WellKnownCACertificates", "keep one")
    if not found.ca_certificate_refs and not found.well_known_ca_certificates:
        yield Fault(path, "must specify either CACertificateRefs or WellKnownCACertificates")
    for index, name in enumerate(found.subject_alt_names):
        yield from _name_faults(f"{path}.subjectAltNames[{index}]", name)


def _name_faults(path: str, name: SubjectAltName) -> Iterator[Fault]:
    for kind, field, title, value in (
        ("Hostname", "hostname", "Hostname", name.hostname),
        ("URI", "uri", "URI", name.uri),
    ):
        if name.type == kind and not value:
            said = f"SubjectAltName element must contain {title}, if Type is set to {kind}"
            yield Fault(f"{path}.{field}", said)
        if name.type != kind and value:
            said = f"SubjectAltName element must not contain {title}, if Type is not set to {kind}"
            yield Fault(f"{path}.{field}", said)
