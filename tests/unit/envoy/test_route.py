import pytest

from lateen.base.refs import Origin
from lateen.envoy import route as module
from lateen.envoy.build import Builder
from lateen.envoy.route import route_config, virtual_host
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.plan.route import (
    Destination,
    DirectResponse,
    Forward,
    HeaderChanges,
    Redirect,
    Retries,
    Rewrite,
    Route,
    RouteConfig,
    VirtualHost,
)
from lateen.plan.route_policy import Abort, Cors, Delay, Fault, HashKey, Mirror
from lateen.plan.upstream import Upstream
from lateen.proto.descriptors import message


def host(name, *routes, **plan):
    routes = routes or (Route(match=RouteMatch(), action=DirectResponse(200, name)),)
    return VirtualHost(name=name, domains=(name,), routes=routes, **plan)


def table(*hosts, name="9080"):
    encoded = route_config(RouteConfig(name=name, virtual_hosts=hosts))
    return message("envoy.config.route.v3.RouteConfiguration").FromString(encoded)


def test_a_table_is_its_virtual_hosts_joined():
    found = table(host("a"), host("b"))
    assert found.name == "9080"
    expected = [message("envoy.config.route.v3.VirtualHost").FromString(virtual_host(host(n))) for n in "ab"]
    assert list(found.virtual_hosts) == expected
    assert found.HasField("validate_clusters") and not found.validate_clusters.value
    assert found.max_direct_response_body_size_bytes.value == 1 << 20
    assert found.ignore_port_in_host_matching


def test_one_changed_host_is_built_alone(monkeypatch):
    built = []
    monkeypatch.setattr(module, "virtual_host", lambda plan: built.append(plan.name) or virtual_host(plan))
    names = [f"only-here-{n}" for n in range(50)]
    table(*map(host, names))
    assert built == names
    table(*map(host, names[:20]), host(names[20], require_tls=True), *map(host, names[21:]))
    assert built[50:] == [names[20]]


def test_field_numbers_are_those_of_the_api():
    number = message("envoy.config.route.v3.RouteConfiguration").DESCRIPTOR.fields_by_name["virtual_hosts"].number
    assert number == module.VIRTUAL_HOSTS


def test_the_servers_proxy_leaves_the_clients_attempt_count_alone():
    assert table(host("a")).virtual_hosts[0].include_request_attempt_count
    inbound = table(host("inbound|http|9080"), name="inbound|9080||")
    assert not inbound.virtual_hosts[0].include_request_attempt_count
    assert not inbound.ignore_port_in_host_matching


def test_a_route_tells_where_it_comes_from():
    origin = Origin("VirtualService", "default", "reviews", "spec.http[0]")
    made = table(host("a", Route(match=RouteMatch(), action=DirectResponse(200), name="r", origin=origin)))
    [route] = made.virtual_hosts[0].routes
    assert route.name == "r"
    assert route.metadata.filter_metadata["istio"].fields["config"].string_value.endswith("/virtual-service/reviews")


def test_tls_may_be_required():
    assert table(host("a", require_tls=True)).virtual_hosts[0].require_tls == 2


SHAPES = [
    Route(match=RouteMatch(path=path), action=action)
    for path in (
        None,
        StringMatch("exact", "/a"),
        StringMatch("prefix", "/a", ignore_case=True),
        StringMatch("path_prefix", "/a/"),
        StringMatch("regex", "/v[0-9]+"),
        StringMatch("suffix", ".js"),
    )
    for action in (
        Forward(destinations=(Destination(upstream="a"),), rewrite=Rewrite(path="/", authority="x.y")),
        Forward(destinations=(Destination(upstream="a", weight=1), Destination(upstream="b", weight=2))),
        Forward(destinations=(Destination(upstream="a"),), rewrite=Rewrite(regex="^/a/(.*)", substitution=r"/\1")),
        Redirect(path="/b", authority="x", scheme="https", port=8443, status=307),
        Redirect(prefix="/b"),
        DirectResponse(418, "100%" * 3000),
    )
]
MORE = [
    Route(
        name="everything",
        match=RouteMatch(
            headers=tuple(
                NamedMatch(name, StringMatch(kind, "v"), invert)
                for name in ("x-a", ":method", ":authority")
                for kind in ("exact", "prefix", "suffix", "regex", "present")
                for invert in (False, True)
            ),
            query=tuple(NamedMatch("q", StringMatch(kind, "v")) for kind in ("exact", "regex", "present")),
        ),
        action=Forward(
            destinations=(Destination(upstream="a", response_headers=HeaderChanges(remove=("x-z",))),),
            timeout_ms=1500,
            retries=Retries(attempts=3, per_try_timeout_ms=10, statuses=(503,), backoff_ms=1, other_localities=True),
            mirrors=(Mirror("b", 0.5),),
            hashing=(HashKey(kind="cookie", name="c", path="/", ttl_ms=0), HashKey(kind="source_ip")),
        ),
        request_headers=HeaderChanges((("x-a", "100%%"),), (("x-b", "%REQ(y)%"),), ("x-c",)),
        response_headers=HeaderChanges((("x-a", ""),)),
        fault=Fault(Delay(1000, 50.0), Abort(0, 0.5, 14)),
        cors=Cors(origins=(StringMatch("regex", ".*"), StringMatch("exact", "https://a.x")), max_age_s=1),
        stat_prefix="shop",
        origin=Origin("VirtualService", "default", "reviews"),
    )
]


@pytest.mark.parametrize("routes", [SHAPES, MORE], ids=["paths and actions", "headers and the rest"])
def test_envoy_takes_every_shape_of_route(accepted, routes):
    build = Builder()
    config = RouteConfig(name="80", virtual_hosts=(host("*", *routes, require_tls=True),))
    chain = Chain(name="c", match=ChainMatch(), proxy=HttpProxy(stat_prefix="s", routes=config))
    listener = Listener(name="l", address="127.0.0.1", port=1, direction="OUTBOUND", chains=(chain,))
    clusters = [build.cluster(Upstream(name=name, discovery="STATIC")) for name in "ab"]
    accepted(clusters=clusters, listeners=[build.listener(listener)])
