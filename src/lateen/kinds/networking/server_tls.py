"""TLS that a gateway's server terminates or passes on."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, TypeVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.schema_rules import only_one_of

Version = Literal["TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"]
_VERSIONS = ("TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3")
_TERMINATES = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})
_ASKS_CLIENT = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})
MAX_CERTIFICATES = 2

# Those BoringSSL knows: https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/transport_sockets/tls/v3/common.proto
CIPHER_SUITES = frozenset(
    {
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-PSK-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA",
        "ECDHE-PSK-AES128-CBC-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
        "ECDHE-PSK-AES256-CBC-SHA", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA",
        "PSK-AES128-CBC-SHA", "AES256-SHA", "PSK-AES256-CBC-SHA", "DES-CBC3-SHA",
    }
)  # fmt: skip


_T = TypeVar("_T")
# Istio's schema refuses more; its validation, for what comes another way, warns.
_OneOrTwo = Annotated[tuple[_T, ...], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_CERTIFICATES})]


class TLSCertificate(Model, frozen=True, kw_only=True):
    """One of several certificates, as paths of files."""

    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""


class ServerTLSSettings(Model, frozen=True, kw_only=True):
    """`credential_name`: a Secret beside the gateway's workload; else paths of files in it."""

    schema_rules: ClassVar = (
        only_one_of("tlsCertificates", "credentialNames"),
        only_one_of("credentialName", "credentialNames"),
    )

    https_redirect: bool = False
    mode: Literal["PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"] = (
        "PASSTHROUGH"
    )
    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    ca_crl: str = ""
    credential_name: str = ""
    credential_names: _OneOrTwo[str] = ()
    ca_cert_credential_name: str = ""
    tls_certificates: _OneOrTwo[TLSCertificate] = ()
    subject_alt_names: tuple[str, ...] = ()
    verify_certificate_spki: tuple[str, ...] = ()
    verify_certificate_hash: tuple[str, ...] = ()
    min_protocol_version: Version = "TLS_AUTO"
    max_protocol_version: Version = "TLS_AUTO"
    cipher_suites: tuple[str, ...] = ()
    insecure_skip_verify: bool | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The ways in which the server's certificate is given; more than one is a fault."""
        every = {
            "credentialName": self.credential_name,
            "credentialNames": self.credential_names,
            "serverCertificate": self.server_certificate,
            "tlsCertificates": self.tls_certificates,
        }
        return tuple(name for name, value in every.items() if value)


def server_tls_faults(path: str, tls: ServerTLSSettings) -> Iterator[Fault]:
    """Yield what is wrong with a server's TLS."""
    yield from _cipher_faults(path, tls)
    if "TLS_AUTO" not in (tls.min_protocol_version, tls.max_protocol_version) and (
        _VERSIONS.index(tls.min_protocol_version) > _VERSIONS.index(tls.max_protocol_version)
    ):
        yield Fault(f"{path}.minProtocolVersion", f"is above maxProtocolVersion {tls.max_protocol_version}")
    if tls.mode == "ISTIO_MUTUAL":
        yield from _mesh_faults(path, tls)
    elif tls.mode in _TERMINATES:
        yield from _certificate_faults(path, tls)
    elif tls.sources or tls.private_key or tls.ca_certificates:
        yield Fault(path, f"{tls.mode} mode does not use certificates", "remove them", "warning")


def _cipher_faults(path: str, tls: ServerTLSSettings) -> Iterator[Fault]:
    for index, suite in enumerate(tls.cipher_suites):
        place = f"{path}.cipherSuites[{index}]"
        if suite not in CIPHER_SUITES:
            yield Fault(place, f'"{suite}" is not a cipher suite the proxy knows: ignored', "", "warning")
        elif suite in tls.cipher_suites[:index]:
            yield Fault(place, f'"{suite}" stands there already', "", "warning")


def _mesh_faults(path: str, tls: ServerTLSSettings) -> Iterator[Fault]:
    given = {
        "serverCertificate": tls.server_certificate,
        "privateKey": tls.private_key,
        "caCertificates": tls.ca_certificates,
        "credentialName": tls.credential_name,
        "credentialNames": tls.credential_names,
        "tlsCertificates": tls.tls_certificates,
    }
    for name, value in given.items():
        if value:
            message = "ISTIO_MUTUAL uses the mesh's own: it cannot have associated server certificates and keys"
            yield Fault(f"{path}.{name}", message, "remove it, or use mode MUTUAL")


def _certificate_faults(path: str, tls: ServerTLSSettings) -> Iterator[Fault]:
    if len(tls.sources) > 1:
        fix = "only one of credential_name, credential_names, server_certificate, tls_certificates"
        yield Fault(path, f"has {' and '.join(tls.sources)}", fix)
    elif not tls.sources or "serverCertificate" in tls.sources:
        yield from _pair_faults(path, tls.mode, tls.server_certificate, tls.private_key)
    for index, pair in enumerate(tls.tls_certificates):
        place = f"{path}.tlsCertificates[{index}]"
        yield from _pair_faults(place, tls.mode, pair.server_certificate, pair.private_key)
    if max(len(tls.tls_certificates), len(tls.credential_names)) > MAX_CERTIFICATES:
        message = f"{tls.mode} TLS can support up to {MAX_CERTIFICATES} server certificates: the rest is ignored"
        yield Fault(path, message, "", "warning")
    yield from _client_faults(path, tls)


def _pair_faults(path: str, mode: str, certificate: str, key: str) -> Iterator[Fault]:
    if not certificate:
        fix = "or name a Secret in credentialName"
        yield Fault(f"{path}.serverCertificate", f"{mode} TLS requires a server certificate", fix)
    if not key:
        yield Fault(f"{path}.privateKey", f"{mode} TLS requires a private key")


def _client_faults(path: str, tls: ServerTLSSettings) -> Iterator[Fault]:
    if tls.mode == "SIMPLE" and tls.ca_crl:
        yield Fault(f"{path}.caCrl", "CRL is not supported with SIMPLE TLS: no client certificate is asked for")
    has_secret = tls.credential_name or tls.credential_names or tls.ca_cert_credential_name
    if tls.mode in _ASKS_CLIENT and not tls.ca_certificates and not has_secret:
        yield Fault(f"{path}.caCertificates", f"{tls.mode} TLS requires a client CA bundle")
