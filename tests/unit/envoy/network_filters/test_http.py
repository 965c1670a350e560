from lateen.envoy.network_filters.http import http_proxy
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy
from lateen.plan.route import RouteConfig

SANITIZE, APPEND_FORWARD, SANITIZE_SET = 0, 2, 3


def listener(log=""):
    return Listener(name="l", address="0.0.0.0", port=80, direction="INBOUND", chains=(), access_log=log)


def built(log="", **plan):
    plan = {"stat_prefix": "s", "route_name": "" if "routes" in plan else "80", **plan}
    chain = Chain(name="c", match=ChainMatch(), proxy=HttpProxy(**plan))
    return http_proxy(chain, listener(log)).config


def test_bytes_are_not_for_this_filter():
    chain = Chain(name="c", match=ChainMatch(), proxy=TcpProxy(stat_prefix="b", upstreams=()))
    assert http_proxy(chain, listener()) is None


def test_routes_are_delivered_apart_or_stand_inline():
    apart = built()
    assert apart.rds.route_config_name == "80" and apart.rds.config_source.HasField("ads")
    inline = built(routes=RouteConfig(name="inbound|80||", virtual_hosts=()))
    assert inline.route_config.name == "inbound|80||"


def test_the_peers_identity_is_told_only_when_asked():
    told = built(client_certificate="APPEND_FORWARD")
    assert told.forward_client_cert_details == APPEND_FORWARD
    details = told.set_current_client_cert_details
    assert details.subject.value and details.uri and details.dns
    assert not details.cert and not details.chain
    assert built(client_certificate="SANITIZE_SET").forward_client_cert_details == SANITIZE_SET
    hidden = built()
    assert hidden.forward_client_cert_details == SANITIZE
    assert not hidden.HasField("set_current_client_cert_details")


def test_only_gateways_take_the_connections_address_for_the_clients():
    assert built(edge=True).use_remote_address.value
    assert built().HasField("use_remote_address") and not built().use_remote_address.value


def test_istios_defaults():
    found = built()
    assert found.normalize_path.value and not found.merge_slashes
    assert found.http_protocol_options.accept_http_10
    assert [each.upgrade_type for each in found.upgrade_configs] == ["websocket"]
    assert found.HasField("stream_idle_timeout") and found.stream_idle_timeout.ByteSize() == 0
    assert found.server_name == "istio-envoy"
    assert not found.HasField("generate_request_id"), "Envoy's default: generated"


def test_filters_stand_in_their_order():
    assert [each.name for each in built(mesh_alpn=True).http_filters] == [
        "envoy.filters.http.fault",
        "envoy.filters.http.cors",
        "envoy.filters.http.stateful_session",
        "istio.alpn",
        "envoy.filters.http.router",
    ]
    inline = built(route_name="", routes=RouteConfig(name="a", virtual_hosts=()))
    assert [each.name for each in inline.http_filters] == ["envoy.filters.http.router"]


def test_requests_are_logged_where_the_listener_wants_it():
    assert [each.name for each in built(log="/dev/stdout").access_log] == ["envoy.access_loggers.file"]
    assert not built().access_log
