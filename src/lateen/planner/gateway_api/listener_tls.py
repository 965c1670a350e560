"""TLS of a Gateway's listeners: the certificates that they show, how they check those of clients, and which one the
Gateway itself shows to backends.

https://gateway-api.sigs.k8s.io/reference/spec/#listenertlsconfig
https://gateway-api.sigs.k8s.io/reference/spec/#frontendtlsconfig
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lateen.base.refs import Key
from lateen.kinds.gateway_api.gateway import GatewaySpec
from lateen.kinds.gateway_api.listeners import Listener as Written
from lateen.kinds.gateway_api.references import SecretObjectReference
from lateen.planner.gateway_api.authorities import Look, read_authorities
from lateen.planner.gateway_api.backends import Permitted, Reference
from lateen.planner.gateway_api.listener import Clients, Fault

# Reads the certificate and key of a Secret, "" = it has them, else what is wrong.
CertificateFault = Callable[[Key], str]
_AUTHORITIES = {"kind": "InvalidCACertificateKind", "content": "InvalidCACertificateRef", "grant": "RefNotPermitted"}


class Lookups(NamedTuple):
    """What reading an object in `namespace` looks into. `permitted`: says which references to other namespaces it may
    have; `config_map`: finds one."""

    namespace: str
    permitted: Permitted
    certificate_fault: CertificateFault
    config_map: Look


class Refusal(NamedTuple):
    """Why a Secret gives no certificate: whether it may not be named, and what to say."""

    forbidden: bool
    message: str


def terminates(written: Written) -> bool:
    """Say whether a listener ends TLS."""
    return written.protocol in ("HTTPS", "TLS") and not (written.tls and written.tls.mode == "Passthrough")


def read_certificates(written: Written, lookups: Lookups) -> Iterator[str | Fault]:
    """Yield the credentials of a listener's certificates, and what is wrong with the others."""
    if not terminates(written):
        return
    references = written.tls.certificate_refs if written.tls else ()
    if not references:
        yield Fault("ResolvedRefs", "InvalidCertificateRef", "there is no certificate: name one in tls.certificateRefs")
    for one in references:
        found = read_certificate(one, lookups)
        if isinstance(found, str):
            yield found
        else:
            reason = "RefNotPermitted" if found.forbidden else "InvalidCertificateRef"
            yield Fault("ResolvedRefs", reason, found.message)


def read_certificate(one: SecretObjectReference, lookups: Lookups) -> str | Refusal:
    """Return the credential of a certificate, or why it cannot be had."""
    if (one.group, one.kind) not in (("", "Secret"), ("core", "Secret")):
        return Refusal(False, f"a certificate is in a Secret, not in a {one.kind}")
    own = lookups.namespace
    key = Key(one.namespace or own, one.name)
    if key.namespace != own and not lookups.permitted(Reference("", "Secret", *key)):
        return Refusal(True, f"no ReferenceGrant of namespace {key.namespace} lets {own} name Secret {key.name}")
    if why := lookups.certificate_fault(key):
        return Refusal(False, why)
    return f"kubernetes-gateway://{key}"


def read_clients(spec: GatewaySpec, written: Written, lookups: Lookups) -> tuple[Clients | None, tuple[Fault, ...]]:
    """Return how a listener of a Gateway checks clients' certificates, and what is wrong with the authorities that
    the Gateway names. Where none of these can be used nobody is let in."""
    frontend = spec.tls.frontend if spec.tls else None
    if frontend is None or not terminates(written):
        return None, ()
    own = next((one.tls for one in frontend.per_port if one.port == written.port), frontend.default).validation
    if own is None:
        return None, ()
    references = (
        Reference(one.group, one.kind, one.namespace or lookups.namespace, one.name) for one in own.ca_certificate_refs
    )
    found = read_authorities(references, lookups.namespace, lookups.permitted, lookups.config_map)
    faults = [Fault("ResolvedRefs", _AUTHORITIES[one.kind], one.message, fatal=False) for one in found.faults]
    if not found.credential:
        faults.append(Fault("Accepted", "NoValidCACertificate", "by no authority clients could be checked"))
    return Clients(found.credential, own.mode == "AllowValidOnly"), tuple(faults)
