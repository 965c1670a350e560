import json

from lateen.envoy.build import Builder
from lateen.envoy.describe import describe
from lateen.plan.upstream import Upstream, UpstreamTls
from lateen.proto import types
from lateen.proto.descriptors import message
from lateen.proto.resource import resource


def test_a_cluster_is_shown_with_what_is_inside_its_any():
    tls = UpstreamTls(mode="ISTIO_MUTUAL", sni="a")
    made = Builder().cluster(Upstream(name="a", discovery="EDS", tls=tls))
    shown = describe(made, types.CLUSTER)
    assert shown["name"] == "a"
    assert shown["transport_socket"]["typed_config"]["sni"] == "a"
    assert "@type" in shown["transport_socket"]["typed_config"]
    json.dumps(shown)


def test_secrets_are_not_shown():
    secret = message("envoy.extensions.transport_sockets.tls.v3.Secret")(name="default")
    secret.tls_certificate.private_key.inline_bytes = b"the key"
    secret.tls_certificate.certificate_chain.inline_string = "the chain"
    shown = describe(resource(types.SECRET, "default", secret.SerializeToString()), types.SECRET)
    assert shown["tls_certificate"]["private_key"] == {"inline_bytes": "[redacted]"}
    assert shown["tls_certificate"]["certificate_chain"] == {"inline_string": "the chain"}
    tickets = message("envoy.extensions.transport_sockets.tls.v3.Secret")(name="tickets")
    tickets.session_ticket_keys.keys.add().inline_bytes = b"0" * 80
    shown = describe(resource(types.SECRET, "tickets", tickets.SerializeToString()), types.SECRET)
    assert shown["session_ticket_keys"]["keys"] == [{"inline_bytes": "[redacted]"}]
