import pytest

from lateen.proto.descriptors import message
from lateen.simulate.call import Call
from lateen.simulate.routes import find_route, find_virtual_host, read_request

Table = message("envoy.config.route.v3.RouteConfiguration")
Host = message("envoy.config.route.v3.VirtualHost")
Manager = message("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager")
MANAGER = Manager(normalize_path={"value": True})


def found(authority, *domains, **table):
    hosts = [{"name": domain, "domains": [domain]} for domain in domains]
    host = find_virtual_host(Table(virtual_hosts=hosts, **table), authority)
    return host.name if host else None


def test_the_closest_domain_counts():
    domains = ("*", "*.x", "*.b.x", "a.*", "a.b.x")
    assert found("a.b.x", *domains) == "a.b.x"
    assert found("c.b.x", *domains) == "*.b.x"
    assert found("a.y", *domains) == "a.*"
    assert found("y", *domains) == "*"
    assert found("A.B.X", "a.b.x") == "a.b.x" and found("y", "a.b.x") is None


def test_a_port_in_the_host_may_not_matter():
    assert found("a.x:80", "a.x") is None
    assert found("a.x:80", "a.x", ignore_port_in_host_matching=True) == "a.x"


@pytest.mark.parametrize(
    ("match", "path", "taken"),
    [
        ({"prefix": "/a"}, "/ab", True),
        ({"path": "/a"}, "/a?x=1", True),
        ({"path": "/a"}, "/a/", False),
        ({"path_separated_prefix": "/a"}, "/a/b", True),
        ({"path_separated_prefix": "/a"}, "/ab", False),
        ({"safe_regex": {"regex": "/a+"}}, "/aa", True),
        ({"path": "/A", "case_sensitive": {"value": False}}, "/a", True),
        ({"prefix": "/b"}, "/a/../b", True),
        ({"prefix": "/", "query_parameters": [{"name": "x", "string_match": {"exact": "1"}}]}, "/?x=1&x=2", True),
        ({"prefix": "/", "headers": [{"name": ":method", "string_match": {"exact": "POST"}}]}, "/", False),
    ],
)
def test_a_route_takes_what_its_match_says(match, path, taken):
    request = read_request(Call(port=1, path=path), "http", MANAGER)
    assert (find_route(Host(routes=[{"match": match}]), request) is not None) is taken


def test_the_first_route_that_takes_a_request_counts():
    host = Host(
        routes=[{"match": {"path": "/b"}}, {"match": {"prefix": "/"}, "name": "rest"}, {"match": {"prefix": "/"}}]
    )
    position, route = find_route(host, read_request(Call(port=1), "http", MANAGER))
    assert (position, route.name) == (1, "rest")
