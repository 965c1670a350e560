import socket
import ssl

import pytest

from lateen.envoy import server_tls
from lateen.envoy.build import Builder
from lateen.plan.listener import Chain, ChainMatch, DownstreamTls, HttpProxy, Listener
from lateen.plan.matching import RouteMatch
from lateen.plan.route import DirectResponse, Route, RouteConfig, VirtualHost
from lateen.proto.descriptors import message

LOOPBACK = "127.0.0.1"
URI, DNS = 3, 2
ME = "spiffe://cluster.local/ns/n/sa/a"
REQUEST = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


def down(http=True, **plan):
    encoded = server_tls.downstream(DownstreamTls(**plan), http, "td.example")
    transport = message("envoy.config.core.v3.TransportSocket").FromString(encoded)
    context = message("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext")()
    assert transport.typed_config.Unpack(context)
    return context


def accepted_names(validation):
    found = validation.match_typed_subject_alt_names
    return [(each.san_type, each.matcher.exact or each.matcher.prefix + "*") for each in found]


def test_mesh_servers_require_a_certificate():
    context = down(mode="ISTIO_MUTUAL", min_version="TLSV1_2", max_version="TLSV1_3")
    assert context.require_client_certificate.value
    params = context.common_tls_context.tls_params
    assert (params.tls_minimum_protocol_version, params.tls_maximum_protocol_version) == (3, 4)


def test_the_meshs_own_has_istios_ciphers_where_none_are_said_and_any_other_envoys():
    def said(**plan):
        params = down(**plan).common_tls_context.tls_params
        return list(params.cipher_suites), list(params.ecdh_curves)

    assert said(mode="ISTIO_MUTUAL") == (list(server_tls.MESH_CIPHERS), [])
    assert said(mode="ISTIO_MUTUAL", ciphers=("AES128-GCM-SHA256",))[0] == ["AES128-GCM-SHA256"]
    assert said(mode="SIMPLE", credentials=("c",)) == ([], [])
    assert said(mode="SIMPLE", credentials=("c",), curves=("P-384",))[1] == ["P-384"]


def test_only_http_negotiates_a_protocol():
    assert list(down(True, mode="ISTIO_MUTUAL").common_tls_context.alpn_protocols) == ["h2", "http/1.1"]
    assert not down(False, mode="ISTIO_MUTUAL").common_tls_context.alpn_protocols


def test_a_gateways_credentials_come_by_ads():
    simple = down(mode="SIMPLE", credentials=("rsa", "ecdsa"))
    rsa, ecdsa = simple.common_tls_context.tls_certificate_sds_secret_configs
    assert (rsa.name, ecdsa.name) == ("kubernetes://rsa", "kubernetes://ecdsa") and rsa.sds_config.HasField("ads")
    assert not simple.require_client_certificate.value
    assert not simple.common_tls_context.HasField("combined_validation_context")
    mutual = down(mode="MUTUAL", credentials=("kubernetes://shop",), roots="kubernetes://shop", sans=("a.b",))
    combined = mutual.common_tls_context.combined_validation_context
    roots = combined.validation_context_sds_secret_config
    assert roots.name == "kubernetes://shop-cacert" and mutual.require_client_certificate.value
    assert accepted_names(combined.default_validation_context) == [(DNS, "a.b")]


@pytest.fixture
def strict(free_port, run_envoy, sds):
    """A server's proxy under STRICT that says hello by HTTP: its port."""
    port = free_port()
    routes = (Route(match=RouteMatch(), action=DirectResponse(200, "hello")),)
    hosts = (VirtualHost(name="v", domains=("*",), routes=routes),)
    proxy = HttpProxy(stat_prefix="s", routes=RouteConfig(name="inbound|80||", virtual_hosts=hosts))
    mesh = DownstreamTls(mode="ISTIO_MUTUAL")
    listener = Listener(
        name="virtualInbound",
        address=LOOPBACK,
        port=port,
        direction="INBOUND",
        bind=True,
        filters=("tls_inspector",),
        chains=(Chain(name="strict", match=ChainMatch(transport="tls"), proxy=proxy, tls=mesh),),
    )
    run_envoy("strict", listeners=[Builder().listener(listener)], sds_port=sds(ME))
    return port


def ask(port, wrap=lambda raw: raw):
    """What a server says to a request; "" when it hangs up."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=10) as raw, wrap(raw) as connection:
            connection.sendall(REQUEST)
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    except (ConnectionError, ssl.SSLError):
        return ""


def client_of(authority, tmp_path, identity=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if identity:
        (tmp_path / "client.pem").write_bytes(b"".join(authority.issue(identity)))
        context.load_cert_chain(tmp_path / "client.pem")
    return context.wrap_socket


def test_strict_answers_the_mesh_alone(strict, authority, tmp_path):
    stranger = type(authority)()
    assert ask(strict, client_of(authority, tmp_path, ME)).endswith("hello")
    assert ask(strict) == "", "plaintext"
    assert ask(strict, client_of(authority, tmp_path)) == "", "no certificate"
    assert ask(strict, client_of(stranger, tmp_path, ME)) == "", "another authority"
    assert ask(strict, client_of(authority, tmp_path, "spiffe://other.domain/ns/n/sa/a")) == "", "other trust domain"
    assert ask(strict, client_of(authority, tmp_path, "a.cluster.local")) == "", "no identity"


def test_a_servers_certificate_may_be_in_files():
    context = down(mode="MUTUAL", files=(("c.pem", "k.pem"), ("d.pem", "l.pem")), ca_file="ca.pem")
    own, other = context.common_tls_context.tls_certificates
    assert (own.certificate_chain.filename, own.private_key.filename) == ("c.pem", "k.pem")
    assert (other.certificate_chain.filename, other.private_key.filename) == ("d.pem", "l.pem")
    assert context.common_tls_context.validation_context.trusted_ca.filename == "ca.pem"
    assert context.require_client_certificate.value
    simple = down(mode="SIMPLE", files=(("c.pem", "k.pem"),))
    assert not simple.common_tls_context.HasField("validation_context")


def test_a_server_of_the_mesh_accepts_the_identities_that_are_named():
    named = down(mode="ISTIO_MUTUAL", sans=(ME,)).common_tls_context.combined_validation_context
    assert accepted_names(named.default_validation_context) == [(URI, ME)]


def test_clients_may_go_unchecked():
    checked = down(mode="MUTUAL", credentials=("c",), roots="c", verified=False).common_tls_context
    assert checked.validation_context.trust_chain_verification == 1
    assert not checked.HasField("combined_validation_context")


def test_a_clients_certificate_may_be_optional_and_is_checked_all_the_same():
    files = {"files": (("c.pem", "k.pem"),), "ca_file": "ca.pem", "crl_file": "crl.pem"}
    context = down(
        mode="OPTIONAL_MUTUAL", ciphers=("ECDHE-RSA-AES128-GCM-SHA256",), spki=("s",), hashes=("h",), **files
    )
    common = context.common_tls_context
    assert not context.require_client_certificate.value
    assert (common.validation_context.trusted_ca.filename, common.validation_context.crl.filename) == (
        "ca.pem",
        "crl.pem",
    )
    assert list(common.validation_context.verify_certificate_spki) == ["s"]
    assert list(common.validation_context.verify_certificate_hash) == ["h"]
    assert list(common.tls_params.cipher_suites) == ["ECDHE-RSA-AES128-GCM-SHA256"]


def test_identities_of_the_meshs_trust_domains_are_accepted_and_no_others():
    validation = down(mode="ISTIO_MUTUAL", aliases=("old.td",)).common_tls_context.combined_validation_context
    names = accepted_names(validation.default_validation_context)
    assert names == [(URI, "spiffe://td.example/*"), (URI, "spiffe://old.td/*")]
