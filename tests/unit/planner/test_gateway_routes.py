from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.matching import RouteMatch, StringMatch
from lateen.plan.route import Destination, Forward, Route
from lateen.planner.gateway import gateway_rules
from lateen.planner.gateway_routes import BoundServer, HostPiece, plan_gateway_table, plan_host, server_pieces

ALL = RouteMatch()
SOME = RouteMatch(path=StringMatch("prefix", "/a"))


def bound(server: str, port: int = 8080) -> BoundServer:
    spec = f"{{selector: {{istio: edge}}, servers: [{server}]}}"
    return BoundServer(gateway=gateway_rules(decode(istio("Gateway", "g", spec))), index=0, port=port)


def piece(age: str, *matches: RouteMatch, to: str = "x", redirect: bool = False) -> HostPiece:
    routes = tuple(Route(match=match, action=Forward(destinations=(Destination(upstream=to),))) for match in matches)
    return HostPiece(host="a.x", port=80, age=(age, "", ""), routes=routes, redirect=redirect)


def test_plain_http_shares_a_table_per_port_and_https_has_one_per_server():
    assert bound("{port: {number: 80, name: p, protocol: HTTP}, hosts: ['*']}").table == "http.8080"
    tls = "{port: {number: 443, name: p, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c}}"
    assert bound(tls).table == "https.443.p.g.shop"
    assert bound("{port: {number: 1, name: p, protocol: TCP}, hosts: ['*']}").table == ""


def test_a_virtual_host_is_named_by_the_servers_port_not_the_listeners():
    (found,) = server_pieces(bound("{port: {number: 80, name: p, protocol: HTTP}, hosts: [a.x]}"))
    assert (found.name, found.redirect) == ("blackhole:80", False)
    redirecting = "{port: {number: 80, name: p, protocol: HTTP}, hosts: [a.x, ./a.x], tls: {httpsRedirect: true}}"
    assert [one.name for one in server_pieces(bound(redirecting))] == ["blackhole:80", "a.x:80"]


def test_routes_stand_by_age_with_catch_alls_last_and_none_twice():
    host = plan_host([piece("2", ALL, SOME), piece("1", ALL, to="old"), piece("3", ALL, to="old")])
    assert [(route.match, route.action.destinations[0].upstream) for route in host.routes] == [
        (SOME, "x"),
        (ALL, "old"),
        (ALL, "x"),
    ]


def test_one_redirect_asks_for_tls_of_all():
    assert plan_host([piece("1", ALL), piece("2", redirect=True)]).require_tls


def test_a_table_without_rules_answers_everything_with_nothing():
    hole = plan_host([HostPiece(host="", port=80, age=("", "", ""))])
    (host,) = plan_gateway_table("http.80", [hole]).virtual_hosts
    assert (host.name, host.domains, host.routes) == ("blackhole:80", ("*",), ())
    real = plan_host([piece("1", ALL)])
    assert plan_gateway_table("http.80", [hole, real]).virtual_hosts == (real,)
