"""Make and keep the API server's own secrets: its CA and certificate, its tokens, its signing key, a kubeconfig."""

import base64
import ipaddress
import json
import os
import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lateen.apiserver.authorization import CONTROL_PLANE, CONTROLLERS
from lateen.apiserver.tokens import TokenKey
from lateen.apiserver.user import AUTHENTICATED, MASTERS, NODES, User
from lateen.base.clock import Clock, SystemClock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted

_YEARS = 10
_RENEW_DAYS = 30
_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
_ADDRESSES = ("127.0.0.1", "::1", "10.96.0.1")

ADMIN, ISTIOD, CONTROLLER, NODE = "admin", "istiod", "controllers", "node"


@dataclass(frozen=True)
class Credentials:
    """Everything secret that an API server has, as it lies in `folder` (readable by its owner only).

    `tokens` by role: admin, istiod, controllers, node.
    """

    folder: Path
    tokens: dict[str, Redacted]
    token_key: TokenKey
    node: str

    @property
    def ca_file(self) -> Path:
        """The certificate that clients check the server's by."""
        return self.folder / "ca.crt"

    def users(self) -> list[tuple[User, Redacted]]:
        """Who each token is."""
        users = {
            ADMIN: User("admin", (MASTERS, AUTHENTICATED)),
            ISTIOD: User("system:serviceaccount:istio-system:istiod", (CONTROL_PLANE, AUTHENTICATED)),
            CONTROLLER: User("system:kube-controller-manager", (CONTROLLERS, AUTHENTICATED)),
            NODE: User(f"system:node:{self.node}", (NODES, AUTHENTICATED)),
        }
        return [(user, self.tokens[role]) for role, user in users.items()]

    def server_tls(self) -> ssl.SSLContext:
        """What the server serves TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.folder / "server.crt", self.folder / "server.key")
        context.set_alpn_protocols(["http/1.1"])
        # Who has a certificate of this CA is who it names; others come by a token, or as nobody.
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cafile=self.ca_file)
        return context

    def authority(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """The CA that signs the server's certificate and its clients'."""
        certificate = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        key = serialization.load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return certificate, key

    def client_tls(self) -> ssl.SSLContext:
        """What a client checks the server with."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def load_credentials(folder: Path, *, node: str, clock: Clock | None = None) -> Credentials:
    """Read the credentials in `folder`, making what is missing; raises LateenError when that cannot be done."""
    now = (clock or SystemClock()).now()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        tokens = {role: _token(folder / f"{role}.token") for role in (ADMIN, ISTIOD, CONTROLLER, NODE)}
        pem = _once(folder / "tokens.key", lambda: _key_pem(ec.generate_private_key(ec.SECP256R1())))
        _ensure_certificates(folder, now)
        return Credentials(folder, tokens, TokenKey.from_pem(pem), node)
    except (OSError, ValueError) as error:
        raise LateenError(f"cannot keep the API server's credentials in {folder}: {error}") from error


def write_kubeconfig(
    path: Path, url: str, credentials: Credentials, *, name: str = "lateen", role: str = ADMIN
) -> None:
    """Write a kubeconfig (0600) for the server at `url` as the user of `role`. kubectl reads JSON as YAML."""
    authority = base64.b64encode(credentials.ca_file.read_bytes()).decode()
    cluster = {"server": url} | ({"certificate-authority-data": authority} if url.startswith("https:") else {})
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": role, "user": {"token": credentials.tokens[role].reveal().decode()}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": role, "namespace": "default"}}],
        "current-context": name,
    }
    _write(path, json.dumps(config, indent=2).encode() + b"\n")


def _token(path: Path) -> Redacted:
    return Redacted(_once(path, lambda: secrets.token_urlsafe(32).encode()).strip())


def _once(path: Path, make: Callable[[], bytes]) -> bytes:
    """Read a file; make it first when it is not there."""
    if not path.exists():
        _write(path, make())
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _ensure_certificates(folder: Path, now: float) -> None:
    key_file, ca_file = folder / "ca.key", folder / "ca.crt"
    if not (key_file.exists() and ca_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(key_file, _key_pem(key))
        _write(ca_file, _pem(_authority(key, now)))
    if not _good(folder / "server.crt", now) or not (folder / "server.key").exists():
        authority = x509.load_pem_x509_certificate(ca_file.read_bytes())
        signer = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder / "server.key", _key_pem(key))
        _write(folder / "server.crt", _pem(_server(key, authority, signer, now)))


def _good(path: Path, now: float) -> bool:
    if not path.exists():
        return False
    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end > datetime.fromtimestamp(now, UTC) + timedelta(days=_RENEW_DAYS)


def _authority(key: ec.EllipticCurvePrivateKey, now: float) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lateen-apiserver-ca")])
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, name, key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _server(
    key: ec.EllipticCurvePrivateKey, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, now: float
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    names: Sequence[x509.GeneralName] = [
        *(x509.DNSName(text) for text in _NAMES),
        *(x509.IPAddress(ipaddress.ip_address(text)) for text in _ADDRESSES),
    ]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = _builder(name, authority.subject, key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    return builder.add_extension(issuer, critical=False).sign(signer, hashes.SHA256())


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: float
) -> x509.CertificateBuilder:
    begin = datetime.fromtimestamp(now, UTC)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - timedelta(minutes=5))
        .not_valid_after(begin + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
