"""Certificates for clients of this API server: who asks is written down, and what is approved is signed.

Of Kubernetes' signers only `kubernetes.io/kube-apiserver-client` is here; requests to others wait for theirs.
https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lateen.apiserver.admission import Attempt
from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.rules import Attributes
from lateen.apiserver.status import bad_request, forbidden
from lateen.apiserver.user import MASTERS, User
from lateen.base.clock import Clock, rfc3339

Raw = dict[str, Any]

KIND, PLURAL, GROUP = "CertificateSigningRequest", "certificatesigningrequests", "certificates.k8s.io"
CLIENTS = "kubernetes.io/kube-apiserver-client"
LONGEST = 365 * 24 * 3600
"""Seconds that a certificate lives, unless less is asked for."""

_USAGES = frozenset({"client auth", "digital signature", "key encipherment"})
_ASKED = ("username", "uid", "groups", "extra")


def requested(attempt: Attempt) -> Raw:
    """Write down who asks, whatever the request says of it; the guard of new requests. Raises Refusal 403."""
    if attempt.kind.kind != KIND or attempt.before is not None:
        return attempt.after
    info = attempt.user.info()
    spec = {name: value for name, value in attempt.after["spec"].items() if name not in _ASKED} | info
    if spec["signerName"] == CLIENTS and MASTERS in _organizations(spec["request"]):
        why = f"use of {CLIENTS} signer with {MASTERS} group is not allowed"
        raise forbidden(GROUP, PLURAL, attempt.after["metadata"]["name"], why)
    return attempt.after | {"spec": spec}


Authority = Callable[[], tuple[x509.Certificate, ec.EllipticCurvePrivateKey]]


class Approver:
    """Takes decisions on requests, and signs what is approved by the CA that `authority` reads."""

    def __init__(self, authorizer: Authorizer, authority: Authority, clock: Clock) -> None:
        self._authorizer, self._authority, self._clock = authorizer, authority, clock

    def check(self, user: User, raw: Raw) -> None:
        """Refuse (403) who may not approve for the request's signer."""
        signer = raw["spec"]["signerName"]
        names = signer, f"{signer.partition('/')[0]}/*"
        asked = (Attributes("approve", GROUP, "signers", "", "", name) for name in names)
        if not any(self._authorizer.allowed(user, each) for each in asked):
            why = f'user not permitted to approve requests with signerName "{signer}"'
            raise forbidden(GROUP, PLURAL, raw["metadata"]["name"], why)

    def decide(self, live: Raw, sent: Raw) -> Raw:
        """Return a request with the decisions in what was sent, and nothing else of it; signed when it is approved."""
        said = (sent.get("status") or {}).get("conditions") or []
        kinds = {each.get("type") for each in said}
        if {"Approved", "Denied"} <= kinds:
            raise bad_request("a request is approved or denied, not both")
        status = live.get("status") or {}
        if missing := {each["type"] for each in status.get("conditions") or ()} - kinds:
            raise bad_request(f"what was decided stays: {', '.join(sorted(missing))}")
        now = rfc3339(self._clock.now())
        conditions = [{"lastUpdateTime": now, "lastTransitionTime": now} | each for each in said]
        return self._signed(live | {"status": status | {"conditions": conditions}}, kinds)

    def _signed(self, raw: Raw, kinds: set[str]) -> Raw:
        status = raw["status"]
        if raw["spec"]["signerName"] != CLIENTS or "Approved" not in kinds or status.get("certificate"):
            return raw
        try:
            certificate = _sign(raw["spec"], *self._authority(), self._clock.now())
        except ValueError as error:
            failed = {"type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": str(error)}
            return raw | {"status": status | {"conditions": [*status["conditions"], failed]}}
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        return raw | {"status": status | {"certificate": base64.b64encode(pem).decode()}}


def _sign(spec: Raw, issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, now: float) -> x509.Certificate:
    request = _read(spec["request"])
    usages = set(spec.get("usages") or ())
    if not usages <= _USAGES or "client auth" not in usages:
        raise ValueError(f"usages must be client auth, and beside it at most {', '.join(sorted(_USAGES))}")
    if not request.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        raise ValueError("the request names nobody: it has no common name")
    begin = datetime.fromtimestamp(now, UTC)
    seconds = min(spec.get("expirationSeconds") or LONGEST, LONGEST)
    builder = x509.CertificateBuilder(issuer.subject, request.subject, request.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin - timedelta(minutes=5))
    builder = builder.not_valid_after(begin + timedelta(seconds=seconds))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _read(text: str) -> x509.CertificateSigningRequest:
    """Read a request, proved to be by who has its key. Raises ValueError."""
    request = x509.load_pem_x509_csr(base64.b64decode(text, validate=True))
    try:
        if request.is_signature_valid:
            return request
    except InvalidSignature:
        pass
    raise ValueError("the request is not signed by its own key")


def _organizations(text: str) -> set[str]:
    try:
        subject = _read(text).subject
    except ValueError as error:
        raise bad_request(f"spec.request is no certificate request in PEM, in base64: {error}") from None
    return {str(each.value) for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}
