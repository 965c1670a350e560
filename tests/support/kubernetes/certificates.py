"""A cluster's certificates: an authority, the server's, and one per client."""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
SERVER_ADDRESSES = ("127.0.0.1", "10.96.0.1")
_LIFE = timedelta(days=7)


class Authority:
    """Signs what it is asked to, and writes `<name>.crt` and `<name>.key` (0600) into its folder, in PEM."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _subject("test-ca", ())
        basic = x509.BasicConstraints(ca=True, path_length=None)
        builder = _builder(self._name, self._name, self._key).add_extension(basic, critical=True)
        self._write("ca", self._key, builder.sign(self._key, hashes.SHA256()))

    @classmethod
    def opened(cls, folder: Path) -> "Authority":
        """The authority that was made in `folder` before."""
        made = cls.__new__(cls)
        made.folder = folder
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        made._key, made._name = key, _subject("test-ca", ())
        return made

    def sign_server(self, name: str, address: str = "127.0.0.1") -> None:
        """Sign a certificate for every name that the API server is called by, and for its address."""
        names: list[x509.GeneralName] = [x509.DNSName(one) for one in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(one)) for one in {*SERVER_ADDRESSES, address}]
        self._sign(name, _subject(name, ()), ExtendedKeyUsageOID.SERVER_AUTH, x509.SubjectAlternativeName(names))

    def sign_client(self, name: str, user: str, groups: Sequence[str] = ()) -> None:
        """Sign a certificate that the API server takes for `user`, a member of `groups`."""
        self._sign(name, _subject(user, groups), ExtendedKeyUsageOID.CLIENT_AUTH)

    def make_key(self, name: str) -> None:
        """Make `<name>.key` and `<name>.pub`: what service account tokens are signed and checked with."""
        key = ec.generate_private_key(ec.SECP256R1())
        self._write(name, key, None)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        (self.folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))

    def _sign(self, name: str, subject: x509.Name, usage: x509.ObjectIdentifier, *more: x509.ExtensionType) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(subject, self._name, key)
        for extension in (x509.ExtendedKeyUsage([usage]), *more):
            builder = builder.add_extension(extension, critical=False)
        self._write(name, key, builder.sign(self._key, hashes.SHA256()))

    def _write(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate | None) -> None:
        path = self.folder / f"{name}.key"
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        if certificate is not None:
            (self.folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _subject(user: str, groups: Sequence[str]) -> x509.Name:
    """Kubernetes reads a client's name from CN and its groups from O."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
    )
