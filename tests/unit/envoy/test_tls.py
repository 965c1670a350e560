import pytest

from lateen.envoy import server_tls, tls
from lateen.envoy.build import Builder
from lateen.plan.listener import Chain, ChainMatch, DownstreamTls, Listener, TcpProxy
from lateen.plan.upstream import Upstream, UpstreamTls
from lateen.proto.descriptors import message

LOOPBACK = "127.0.0.1"
URI, DNS = 3, 2
ME = "spiffe://cluster.local/ns/n/sa/a"


def opened(encoded, kind):
    transport = message("envoy.config.core.v3.TransportSocket").FromString(encoded)
    context = message(f"envoy.extensions.transport_sockets.tls.v3.{kind}")()
    assert transport.typed_config.Unpack(context)
    return context


def up(protocol="http1", **plan):
    return opened(tls.upstream(UpstreamTls(**plan), protocol, "td.example"), "UpstreamTlsContext")


def down(**plan):
    return opened(server_tls.downstream(DownstreamTls(**plan), True, "td.example"), "DownstreamTlsContext")


def accepted_names(validation):
    found = validation.match_typed_subject_alt_names
    return [(each.san_type, each.matcher.exact or each.matcher.prefix + "*") for each in found]


@pytest.mark.parametrize("protocol", ["tcp", "http1", "http2", "downstream"])
def test_the_mesh_is_marked_by_alpn_and_never_by_peer_exchange(protocol):
    offered = list(up(protocol, mode="ISTIO_MUTUAL").common_tls_context.alpn_protocols)
    assert offered == list(tls.MESH_ALPN[protocol])
    assert "istio" in offered and "istio-peer-exchange" not in offered


def test_keys_and_roots_come_from_the_agent_on_the_machine():
    for context in (up(mode="ISTIO_MUTUAL"), down(mode="ISTIO_MUTUAL")):
        common = context.common_tls_context
        [own] = common.tls_certificate_sds_secret_configs
        roots = common.combined_validation_context.validation_context_sds_secret_config
        assert (own.name, roots.name) == ("default", "ROOTCA")
        for secret in (own, roots):
            source = secret.sds_config.api_config_source
            assert source.api_type == 3 and source.set_node_on_first_message_only
            assert source.grpc_services[0].envoy_grpc.cluster_name == "sds-grpc"


def test_named_servers_are_accepted_and_nobody_else():
    context = up(mode="ISTIO_MUTUAL", sni="x", sans=(ME, "a.b"))
    assert context.sni == "x"
    combined = context.common_tls_context.combined_validation_context
    assert accepted_names(combined.default_validation_context) == [(URI, ME), (DNS, "a.b")]


def test_without_names_every_identity_of_the_trust_domain_is_accepted_and_no_other():
    for context in (up(mode="ISTIO_MUTUAL"), down(mode="ISTIO_MUTUAL")):
        combined = context.common_tls_context.combined_validation_context
        assert accepted_names(combined.default_validation_context) == [(URI, "spiffe://td.example/*")]


def test_a_users_tls_has_its_own_files_and_names():
    mutual = up(mode="MUTUAL", sans=("a.b",), ca_file="/ca", cert_file="/cert", key_file="/key").common_tls_context
    assert mutual.validation_context.trusted_ca.filename == "/ca"
    assert accepted_names(mutual.validation_context) == [(DNS, "a.b")]
    assert mutual.tls_certificates[0].certificate_chain.filename == "/cert"
    assert mutual.tls_certificates[0].private_key.filename == "/key"
    assert not mutual.alpn_protocols
    simple = up(mode="SIMPLE").common_tls_context
    assert simple.validation_context.trusted_ca.filename == tls.SYSTEM_ROOTS
    assert not simple.tls_certificates


def test_a_users_tls_may_be_limited():
    params = up(mode="SIMPLE", ciphers=("AES128-GCM-SHA256",), curves=("P-384",)).common_tls_context.tls_params
    assert (list(params.cipher_suites), list(params.ecdh_curves)) == (["AES128-GCM-SHA256"], ["P-384"])


def test_plaintext_is_said():
    plain = message("envoy.config.core.v3.TransportSocket").FromString(tls.plaintext())
    assert plain.name == "envoy.transport_sockets.raw_buffer"


def test_envoy_takes_every_shape_of_tls(accepted, authority, tmp_path):
    build = Builder()
    chain, key = authority.issue("a.b")
    for name, content in (("ca", authority.roots), ("cert", chain), ("key", key)):
        (tmp_path / name).write_bytes(content)
    files = {f"{name}_file": str(tmp_path / name) for name in ("ca", "cert", "key")}
    ups = [UpstreamTls(mode="MUTUAL", **files), UpstreamTls(mode="ISTIO_MUTUAL"), UpstreamTls(mode="SIMPLE")]
    downs = [
        DownstreamTls(mode=mode, credentials=("shop",), roots="shop") for mode in ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL")
    ]
    downs.append(DownstreamTls(mode="SIMPLE", credentials=("old",), min_version="TLSV1_0", max_version="TLSV1_1"))
    black_hole = TcpProxy(stat_prefix="b", upstreams=(("0", 1),))
    chains = [
        Chain(name=str(n), match=ChainMatch(server_names=(f"{n}.b",)), proxy=black_hole, tls=each)
        for n, each in enumerate(downs)
    ]
    listener = Listener(
        name="gateway",
        address=LOOPBACK,
        port=8443,
        direction="OUTBOUND",
        filters=("tls_inspector",),
        chains=tuple(chains),
    )
    clusters = [build.cluster(Upstream(name=str(n), discovery="STATIC", tls=each)) for n, each in enumerate(ups)]
    accepted(clusters=clusters, listeners=[build.listener(listener)])


def test_a_rules_credential_comes_from_the_control_plane():
    common = up(mode="MUTUAL", credential="c", sans=("a.b",)).common_tls_context
    [own] = common.tls_certificate_sds_secret_configs
    together = common.combined_validation_context
    roots = together.validation_context_sds_secret_config
    assert (own.name, roots.name) == ("kubernetes://c", "kubernetes://c-cacert")
    assert own.sds_config.HasField("ads") and roots.sds_config.HasField("ads")
    assert accepted_names(together.default_validation_context) == [(2, "a.b")]
    assert not up(mode="SIMPLE", credential="c").common_tls_context.tls_certificate_sds_secret_configs


def test_a_server_may_go_unchecked_and_revoked_ones_are_refused():
    unchecked = up(mode="SIMPLE", verified=False).common_tls_context.validation_context
    assert unchecked.trust_chain_verification == 1 and not unchecked.HasField("trusted_ca")
    checked = up(mode="SIMPLE", ca_file="/ca", crl_file="/crl").common_tls_context.validation_context
    assert (checked.trusted_ca.filename, checked.crl.filename) == ("/ca", "/crl")
    assert not up(mode="MUTUAL", credential="c", verified=False).common_tls_context.HasField(
        "combined_validation_context"
    )


def test_roots_may_be_a_secret_of_their_own():
    common = up(mode="MUTUAL", credential="c", roots="configmap://a/b", sans=("a.x",)).common_tls_context
    assert [one.name for one in common.tls_certificate_sds_secret_configs] == ["kubernetes://c"]
    together = common.combined_validation_context
    assert together.validation_context_sds_secret_config.name == "configmap://a/b-cacert"
    assert accepted_names(together.default_validation_context) == [(DNS, "a.x")]
