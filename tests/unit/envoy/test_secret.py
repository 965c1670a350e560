from lateen.base.redacted import Redacted
from lateen.envoy.build import Builder
from lateen.envoy.secret import secret
from lateen.plan.secret import Secret
from lateen.proto.descriptors import message

MESSAGE = message("envoy.extensions.transport_sockets.tls.v3.Secret")


def test_a_certificate_comes_with_its_key():
    found = MESSAGE.FromString(secret(Secret(name="a", chain=b"chain", key=Redacted(b"key"))))
    assert found.name == "a"
    assert found.tls_certificate.certificate_chain.inline_bytes == b"chain"
    assert found.tls_certificate.private_key.inline_bytes == b"key"


def test_roots_may_come_with_what_is_revoked():
    found = MESSAGE.FromString(secret(Secret(name="a", roots=b"roots", revoked=b"crl"))).validation_context
    assert (found.trusted_ca.inline_bytes, found.crl.inline_bytes) == (b"roots", b"crl")
    assert not MESSAGE.FromString(secret(Secret(name="a", roots=b"roots"))).validation_context.HasField("crl")


def test_no_dump_of_a_plan_shows_a_key():
    assert "[redacted]" in repr(Secret(name="a", chain=b"chain", key=Redacted(b"secret")))


def test_a_builder_keeps_no_secret():
    builder = Builder()
    made = builder.secret(Secret(name="a", roots=b"roots"))
    assert made.name == "a" and len(builder) == 0
