"""The certificates that the conformance cases of the Gateway API ask for: `generated-secrets.json`, made anew each time."""

import base64
import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Raw = dict[str, Any]
_PEM = serialization.Encoding.PEM


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(_PEM).decode()

    @property
    def key_pem(self) -> str:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(_PEM, form, serialization.NoEncryption()).decode()


def issue(name: str, hosts: Iterable[str] = (), by: Pair | None = None, *, authority: bool = False) -> Pair:
    """A certificate for hosts (`spiffe://…` is a URI), signed by an authority or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.UniformResourceIdentifier(h) if "://" in h else x509.DNSName(h) for h in hosts]
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        x509.CertificateBuilder(by.certificate.subject if by else subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority or by is None, path_length=None), critical=True)
    )
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False) if names else made
    made = made if authority else made.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return Pair(made.sign(by.key if by else key, hashes.SHA256()), key)


class Certificates:
    """What was made; `texts`: each file by kind, namespace/name and key, as the cases name them."""

    def __init__(self, wanted: Iterable[Raw]) -> None:
        self.texts: dict[tuple[str, str, str], str] = {}
        self.authorities: dict[str, Pair] = {}
        self._objects = list(self._made(wanted))

    def objects(self) -> list[Raw]:
        return self._objects

    def text(self, reference: str) -> str:
        """What `${tls.crt of secret ns/name}` stands for; other texts stand for themselves."""
        if not reference.startswith("${"):
            return reference
        key, _, kind, name = reference[2:-1].split(" ")
        return self.texts[kind, name, key]

    def _made(self, wanted: Iterable[Raw]) -> Iterator[Raw]:
        authority: Pair | None = None
        for one in wanted:
            kind, name = one["kind"], f"{one['namespace']}/{one['name']}"
            if kind == "CACertConfigMap":
                authority = issue(one["name"], authority=True)
                yield self._object("ConfigMap", one, {"ca.crt": authority.certificate_pem})
                self.authorities[name] = authority
                continue
            pair = issue(one["name"], one["hosts"], None if kind == "SelfSignedCertSecret" else authority)
            yield self._object("Secret", one, {"tls.crt": pair.certificate_pem, "tls.key": pair.key_pem})

    def _object(self, kind: str, one: Raw, files: dict[str, str]) -> Raw:
        name = f"{one['namespace']}/{one['name']}"
        self.texts |= {(kind.lower(), name, key): text for key, text in files.items()}
        meta = {"name": one["name"], "namespace": one["namespace"]}
        if kind == "ConfigMap":
            return {"apiVersion": "v1", "kind": kind, "metadata": meta, "data": files}
        data = {key: base64.b64encode(text.encode()).decode() for key, text in files.items()}
        return {"apiVersion": "v1", "kind": kind, "metadata": meta, "type": "kubernetes.io/tls", "data": data}
