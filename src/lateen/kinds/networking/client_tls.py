"""TLS that a proxy originates towards a service."""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.model import Model


class ClientTLSSettings(Model, frozen=True, kw_only=True):
    """`credential_name`: a Secret, for gateways; else paths of files. ISTIO_MUTUAL takes the mesh's own."""

    mode: Literal["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] = "DISABLE"
    client_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    credential_name: str = ""
    subject_alt_names: tuple[str, ...] = ()
    sni: str = ""
    insecure_skip_verify: bool | None = None
    ca_crl: str = ""

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The files that are named, by field."""
        every = (
            ("clientCertificate", self.client_certificate),
            ("privateKey", self.private_key),
            ("caCertificates", self.ca_certificates),
        )
        return tuple((name, value) for name, value in every if value)


def client_tls_faults(path: str, tls: ClientTLSSettings | None) -> Iterator[Fault]:
    """Yield what is wrong with TLS settings."""
    if tls is None:
        return
    if tls.mode == "ISTIO_MUTUAL":
        for name, _ in (*tls.files, *((("credentialName", ""),) if tls.credential_name else ())):
            fix = "remove it, or use mode MUTUAL"
            yield Fault(f"{path}.{name}", "ISTIO_MUTUAL uses the mesh's own certificates", fix)
    elif tls.mode in ("SIMPLE", "MUTUAL"):
        yield from _source_faults(path, tls)
    if tls.insecure_skip_verify:
        yield from _skip_faults(path, tls)


def _source_faults(path: str, tls: ClientTLSSettings) -> Iterator[Fault]:
    if tls.credential_name:
        for name, _ in tls.files:
            yield Fault(f"{path}.{name}", "cannot stand beside credentialName", "keep one of the two")
    elif tls.mode == "MUTUAL":
        given = dict(tls.files)
        for name in ("clientCertificate", "privateKey"):
            if name not in given:
                yield Fault(f"{path}.{name}", "is required for MUTUAL", "or name a Secret in credentialName")


def _skip_faults(path: str, tls: ClientTLSSettings) -> Iterator[Fault]:
    checked = {
        "caCertificates": tls.ca_certificates,
        "credentialName": tls.credential_name if tls.mode == "SIMPLE" else "",
        "subjectAltNames": tls.subject_alt_names,
    }
    for name, value in checked.items():
        if value:
            message = "insecureSkipVerify verifies nothing, so this would not be used"
            yield Fault(f"{path}.{name}", message, "keep one of the two")
