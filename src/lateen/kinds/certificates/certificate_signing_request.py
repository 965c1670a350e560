"""CertificateSigningRequest: somebody asks a signer for a certificate, somebody else approves.

https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec

SHORTEST = 600
"""Seconds: no certificate is asked for less."""


class CertificateSigningRequestSpec(OpenModel, frozen=True, kw_only=True):
    """`request`: PKCS #10 in PEM, in base64. The API server says who asks: `username`, `uid`, `groups`, `extra`."""

    request: str
    signer_name: str
    usages: tuple[str, ...] = ()
    expiration_seconds: int | None = None
    username: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = {}


class CertificateSigningRequestStatus(OpenModel, frozen=True, kw_only=True):
    """`conditions`: Approved, Denied, Failed. `certificate`: PEM, in base64."""

    conditions: tuple[Mapping[str, Any], ...] = ()
    certificate: str = ""


class CertificateSigningRequest(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: CertificateSigningRequestSpec
    status: CertificateSigningRequestStatus = CertificateSigningRequestStatus()


def validate(found: CertificateSigningRequest) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if "/" not in spec.signer_name:
        yield Fault("spec.signerName", "must be a fully qualified domain and path", "as example.com/signer")
    if not spec.usages:
        yield Fault("spec.usages", "at least one usage is required", "as client auth")
    if spec.expiration_seconds is not None and spec.expiration_seconds < SHORTEST:
        yield Fault("spec.expirationSeconds", f"may not be less than {SHORTEST}: ten minutes")


def _condition(raw: Mapping[str, Any]) -> str:
    status = raw.get("status") or {}
    said = [each.get("type", "") for each in status.get("conditions") or ()] or ["Pending"]
    return ",".join([*said, *(["Issued"] if status.get("certificate") else [])])


def _requested(raw: Mapping[str, Any]) -> str:
    seconds = (raw.get("spec") or {}).get("expirationSeconds")
    return "<none>" if seconds is None else f"{seconds}s"


SPEC = KindSpec(
    group="certificates.k8s.io",
    kind="CertificateSigningRequest",
    plural="certificatesigningrequests",
    versions=("v1",),
    namespaced=False,
    short_names=("csr",),
    model=CertificateSigningRequest,
    validate=validate,
    open=True,
    free_names=True,
    columns=(
        AGE,
        Column("SignerName", ".spec.signerName"),
        Column("Requestor", ".spec.username"),
        Column("RequestedDuration", cell=_requested),
        Column("Condition", cell=_condition),
    ),
)
