import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.planner.gateway_api.certificate import certificate_fault

KEY = Key("shop", "c")
ONE, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def chain(key: ec.EllipticCurvePrivateKey = ONE) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.x")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


def private(key: ec.EllipticCurvePrivateKey = ONE) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fault(**data: bytes) -> str:
    encoded = {name.replace("_", "."): base64.b64encode(value).decode() for name, value in data.items()}
    meta = {"name": "c", "namespace": "shop"}
    return certificate_fault(KEY, decode({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": encoded}))


def test_a_certificate_with_its_key_will_do():
    assert fault(tls_crt=chain(), tls_key=private()) == ""


def test_what_is_missing_is_said():
    assert certificate_fault(KEY, None) == "there is no Secret shop/c"
    assert fault(tls_crt=chain()) == "Secret shop/c has no tls.key"


def test_what_cannot_be_read_or_does_not_fit_is_refused_without_showing_it():
    assert (
        fault(tls_crt=b"secret", tls_key=private()) == "Secret shop/c holds no certificate and key in PEM (ValueError)"
    )
    assert fault(tls_crt=chain(), tls_key=private(OTHER)) == "the key of Secret shop/c is not that of its certificate"
