"""Private keys and the requests made with them."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
VerifyingKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_MAX_REQUEST_BYTES = 16 * 1024
_MIN_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1)


class RequestRefused(LateenError):
    """A certificate request is malformed, not signed by its own key, or its key is too weak."""


def new_key() -> Redacted:
    """Make an EC P-256 key, as PKCS #8 PEM."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _pem(key: SigningKey) -> Redacted:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return Redacted(key.private_bytes(encoding, form, serialization.NoEncryption()))


def load_key(pem: Redacted) -> SigningKey:
    """Read a PEM key; raises LateenError when it is none or of a kind that does not sign certificates."""
    try:
        key = serialization.load_pem_private_key(pem.reveal(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise LateenError("the private key cannot be read", "give an unencrypted EC or RSA key as PEM") from None
    if not isinstance(key, SigningKey):
        raise LateenError("the private key is neither EC nor RSA", "give an EC P-256 or P-384, or an RSA key")
    return key


def make_request(key: Redacted, uri: str) -> bytes:
    """Return a PEM certificate request for `key`.

    `uri` is the SPIFFE ID one hopes for: a courtesy to readers, the authority decides by who asks.
    """
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
    builder = x509.CertificateSigningRequestBuilder(x509.Name([])).add_extension(names, critical=True)
    return builder.sign(load_key(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def requested_key(csr_pem: bytes) -> VerifyingKey:
    """Return the public key of a PEM request, the only thing believed of it; raises RequestRefused."""
    if len(csr_pem) > _MAX_REQUEST_BYTES:
        raise RequestRefused(f"the certificate request is larger than {_MAX_REQUEST_BYTES} bytes")
    try:
        request = x509.load_pem_x509_csr(csr_pem)
        key, signed = request.public_key(), request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm):
        raise RequestRefused("the certificate request cannot be read", "send a PKCS #10 request as PEM") from None
    if not signed:
        raise RequestRefused("the certificate request is not signed by its own key")
    return _strong(key)


def _strong(key: object) -> VerifyingKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS:
        return key
    raise RequestRefused("the key of the request is too weak", "use EC P-256, EC P-384 or RSA of 2048 bits and more")
