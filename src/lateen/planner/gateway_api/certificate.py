"""Whether a Secret has a certificate that a listener can show, and the key to it."""

import base64
import binascii

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from lateen.base.refs import Key
from lateen.kinds.object import Object


def certificate_fault(key: Key, found: Object | None) -> str:
    """Say what is wrong with the Secret of this name, None = it is not there; "" where nothing is."""
    if found is None:
        return f"there is no Secret {key}"
    data = found.model.data
    missing = [name for name in ("tls.crt", "tls.key") if not data.get(name)]
    if missing:
        return f"Secret {key} has no {' and no '.join(missing)}"
    try:
        chain, private = (base64.b64decode(data[name], validate=True) for name in ("tls.crt", "tls.key"))
        own = load_pem_x509_certificates(chain)[0].public_key()
        other = load_pem_private_key(private, None).public_key()
    except (binascii.Error, ValueError, TypeError) as error:
        # What the key reads like is nobody's business.
        return f"Secret {key} holds no certificate and key in PEM ({type(error).__name__})"
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (
        ""
        if own.public_bytes(*form) == other.public_bytes(*form)
        else f"the key of Secret {key} is not that of its certificate"
    )
