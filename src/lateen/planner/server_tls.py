"""TLS towards clients as servers of Gateways and ingress listeners of Sidecars ask for it.

https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings
"""

from typing import Literal

from lateen.kinds.networking.server_tls import MAX_CERTIFICATES, ServerTLSSettings
from lateen.plan.listener import DownstreamTls


def downstream_tls(tls: ServerTLSSettings) -> DownstreamTls | None:
    """Plan a server's TLS; None: it does not end here."""
    mode: Literal["ISTIO_MUTUAL", "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"]
    if tls.mode == "PASSTHROUGH" or tls.mode == "AUTO_PASSTHROUGH":
        return None
    mode = tls.mode
    credentials = ((tls.credential_name,) if tls.credential_name else tls.credential_names)[:MAX_CERTIFICATES]
    lowest, highest = tls.min_protocol_version, tls.max_protocol_version
    return DownstreamTls(
        mode=mode,
        credentials=credentials,
        files=_files(tls),
        roots="" if mode == "SIMPLE" else _roots(tls, credentials),
        ca_file=tls.ca_certificates,
        crl_file=tls.ca_crl,
        ciphers=tls.cipher_suites,
        spki=tls.verify_certificate_spki,
        hashes=tls.verify_certificate_hash,
        sans=tls.subject_alt_names,
        verified=not tls.insecure_skip_verify,
        min_version="TLSV1_2" if lowest == "TLS_AUTO" else lowest,
        max_version="" if highest == "TLS_AUTO" else highest,
    )


def _roots(tls: ServerTLSSettings, credentials: tuple[str, ...]) -> str:
    """The credential whose roots clients are checked with."""
    return tls.ca_cert_credential_name or ("" if tls.ca_certificates else next(iter(credentials), ""))


def _files(tls: ServerTLSSettings) -> tuple[tuple[str, str], ...]:
    """Pairs of certificate and key."""
    if tls.server_certificate:
        return ((tls.server_certificate, tls.private_key),)
    return tuple((one.server_certificate, one.private_key) for one in tls.tls_certificates[:MAX_CERTIFICATES])
