"""Secrets, for proxies that may read them."""

from lateen.envoy.fields import encode
from lateen.plan.secret import Secret
from lateen.proto.descriptors import message


def secret(plan: Secret) -> bytes:
    """Return the encoded Secret."""
    built = message("envoy.extensions.transport_sockets.tls.v3.Secret")(name=plan.name)
    if plan.key is not None:
        built.tls_certificate.certificate_chain.inline_bytes = plan.chain
        built.tls_certificate.private_key.inline_bytes = plan.key.reveal()
    else:
        built.validation_context.trusted_ca.inline_bytes = plan.roots
        if plan.revoked:
            built.validation_context.crl.inline_bytes = plan.revoked
    return encode(built)
