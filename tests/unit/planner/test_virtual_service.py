import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.matching import StringMatch
from lateen.plan.route import DirectResponse, Forward, HeaderChanges, Redirect, Rewrite, Route
from lateen.plan.route_policy import Abort, Cors, Fault
from lateen.planner.routes import plan_routes
from lateen.planner.site import Directory, Place, Site
from lateen.planner.virtual_service import traffic, virtual_service
from lateen.registry.service import Service, ServicePort

HERE = Site(namespace="shop", gateway="mesh", port=80)


def known(host: str) -> Service | None:
    ports = {"one.shop.svc.cluster.local": (9080,), "two.shop.svc.cluster.local": (80, 81)}.get(host)
    found = tuple(ServicePort(number, "", "http", number) for number in ports or ())
    return Service(host=host, namespace="shop", name="x", ports=found) if ports else None


def routes(http: str, site: Site = HERE) -> tuple[Route, ...]:
    found = decode(istio("VirtualService", "web", f"{{hosts: [web.x], gateways: [mesh, edge], http: {http}}}"))
    return plan_routes(traffic(virtual_service(found, ("*",))), Place(site, Directory(known)))


def forward(rule: str) -> Forward:
    action = routes(f"[{rule}]")[0].action
    assert isinstance(action, Forward)
    return action


def targets(rule: str, site: Site = HERE) -> list[str]:
    return [to.upstream for route in routes(f"[{rule}]", site) for to in route.action.destinations]


@pytest.mark.parametrize(
    ("destination", "upstream"),
    [
        ("{host: one}", "outbound|9080||one.shop.svc.cluster.local"),
        ("{host: two}", "outbound|80||two.shop.svc.cluster.local"),
        ("{host: two, port: {number: 81}}", "outbound|81||two.shop.svc.cluster.local"),
        ("{host: two, subset: v1}", "outbound|80|v1|two.shop.svc.cluster.local"),
        ("{host: missing}", "outbound|80||missing.shop.svc.cluster.local"),
        ("{host: two.bank.svc.cluster.local}", "outbound|80||two.bank.svc.cluster.local"),
        ("{host: Example.com}", "outbound|80||example.com"),
    ],
)
def test_a_destination_without_a_port_means_the_only_one_or_the_one_it_came_in_by(destination, upstream):
    assert targets(f"{{route: [{{destination: {destination}}}]}}") == [upstream]


def test_weights_divide_and_a_share_of_nothing_gets_nothing():
    shares = (
        "{destination: {host: a.x}, weight: 90}, {destination: {host: b.x}, weight: 10}, {destination: {host: c.x}}"
    )
    two = f"{{route: [{shares}]}}"
    assert [(to.upstream, to.weight) for to in forward(two).destinations] == [
        ("outbound|80||a.x", 90),
        ("outbound|80||b.x", 10),
    ]
    assert forward("{route: [{destination: {host: a.x}}]}").destinations[0].weight == 100


def test_each_match_is_a_route_and_nothing_follows_what_takes_everything():
    rules = """[
      {name: first, match: [{uri: {exact: /a}, name: a}, {uri: {exact: /b}}], route: [{destination: {host: a.x}}]},
      {route: [{destination: {host: b.x}}]},
      {match: [{uri: {exact: /c}}], route: [{destination: {host: c.x}}]}]"""
    found = routes(rules)
    assert [(route.name, route.origin.field) for route in found] == [
        ("first.a", "spec.http[0]"),
        ("first", "spec.http[0]"),
        ("", "spec.http[1]"),
    ]


@pytest.mark.parametrize(
    ("match", "here"),
    [
        ("{port: 80}", True),
        ("{port: 81}", False),
        ("{gateways: [mesh]}", True),
        ("{gateways: [edge]}", False),
        ("{sourceNamespace: shop}", True),
        ("{sourceNamespace: bank}", False),
        ("{sourceLabels: {app: a}}", False),
    ],
)
def test_rules_hold_where_they_say(match, here):
    rule = f"{{match: [{match}], route: [{{destination: {{host: a.x}}}}]}}"
    assert bool(targets(rule)) is here


def test_source_labels_are_those_of_the_scope():
    rule = "{match: [{sourceLabels: {app: a}}], route: [{destination: {host: a.x}}]}"
    assert targets(rule, Site(namespace="shop", gateway="mesh", port=80, labels={"app": "a"}))


def test_a_bare_gateway_is_in_the_rules_namespace():
    rule = "{match: [{gateways: [edge]}], route: [{destination: {host: a.x}}]}"
    assert targets(rule, Site(namespace="istio-system", gateway="shop/edge", port=80))
    assert not targets(rule, Site(namespace="istio-system", gateway="other/edge", port=80))


def test_timeouts_are_in_milliseconds_and_none_by_default():
    assert forward("{route: [{destination: {host: a.x}}], timeout: 1.5s}").timeout_ms == 1500
    assert forward("{route: [{destination: {host: a.x}}]}").timeout_ms == 0


def test_rewrites_redirects_and_answers():
    rewrite = "{route: [{destination: {host: a.x}}], rewrite: {uri: /b, authority: b.x}}"
    assert forward(rewrite).rewrite == Rewrite(path="/b", authority="b.x")
    pattern = r"{route: [{destination: {host: a.x}}], rewrite: {uriRegexRewrite: {match: '/a/(.*)', rewrite: '/\1'}}}"
    assert forward(pattern).rewrite == Rewrite(regex="/a/(.*)", substitution=r"/\1")
    (found,) = routes("[{redirect: {uri: /b, authority: b.x, scheme: https, port: 8443, redirectCode: 302}}]")
    assert found.action == Redirect(path="/b", authority="b.x", scheme="https", port=8443, status=302)
    assert routes("[{redirect: {uri: /b}}]")[0].action == Redirect(path="/b", status=301)
    assert routes("[{directResponse: {status: 503, body: {string: 'no'}}}]")[0].action == DirectResponse(503, "no")
    assert routes("[{directResponse: {status: 418, body: {bytes: bm8=}}}]")[0].action == DirectResponse(418, "no")


def test_headers_are_changed_for_the_route_and_for_a_destination():
    rule = """{headers: {request: {set: {a: '1'}, add: {b: '2'}, remove: [c]}}, route: [{destination: {host: a.x},
      headers: {response: {set: {d: '3'}}}}]}"""
    (route,) = routes(f"[{rule}]")
    assert route.request_headers == HeaderChanges(set=(("a", "1"),), add=(("b", "2"),), remove=("c",))
    assert route.action.destinations[0].response_headers == HeaderChanges(set=(("d", "3"),))


def test_faults_cors_and_statistics_are_the_routes():
    rule = """{match: [{statPrefix: shop}], fault: {abort: {httpStatus: 500, percentage: {value: 5}}},
      corsPolicy: {allowOrigins: [{exact: https://a.x}]}, route: [{destination: {host: a.x}}]}"""
    (route,) = routes(f"[{rule}]")
    assert route.fault == Fault(abort=Abort(500, 5.0)) and route.stat_prefix == "shop"
    assert route.cors == Cors(origins=(StringMatch("exact", "https://a.x"),))


def test_names_are_resolved_in_the_rules_own_namespace():
    spec = "{hosts: [web, Www.Example.com], gateways: [edge, mesh, other/edge], tcp: [{route: [{destination: {host: a.x}}]}]}"
    found = virtual_service(decode(istio("VirtualService", "a", spec)), ("*",)).rules
    assert found.hosts == ("web.shop.svc.cluster.local", "www.example.com")
    assert found.gateways == ("shop/edge", "mesh", "other/edge")


def test_without_gateways_rules_are_for_sidecars():
    found = virtual_service(
        decode(istio("VirtualService", "a", "{hosts: [web], tcp: [{route: [{destination: {host: a.x}}]}]}")), ("*",)
    )
    assert found.rules.gateways == ("mesh",)


def test_a_rule_is_found_by_its_line():
    spec = "{hosts: [a.x], http: [{route: [{destination: {host: a.x}}]}]}"
    raw = istio("VirtualService", "a", spec)
    found = virtual_service(decode(raw, file="a.yaml", lines={"": 1, "spec.http[0]": 7}), ("*",))
    assert (found.http[0].origin.line, found.rules.origin.line) == (7, 1)
