from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.traffic import Traffic, choose_traffic, destinations, traffic

ROUTE = "http: [{route: [{destination: {host: a.x}}]}]"


def rules(name: str, hosts: str, more: str = "", *, created: str = "", namespace: str = "shop") -> Traffic:
    spec = f"{{hosts: [{hosts}], {ROUTE}{more}}}"
    return traffic(decode(istio("VirtualService", name, spec, namespace=namespace, created=created)), ("*",))


def test_names_are_resolved_in_the_rules_own_namespace():
    found = rules("a", "web, Www.Example.com", ", gateways: [edge, mesh, other/edge]")
    assert found.hosts == ("web.shop.svc.cluster.local", "www.example.com")
    assert found.gateways == ("shop/edge", "mesh", "other/edge")


def test_without_gateways_rules_are_for_sidecars():
    assert rules("a", "web").gateways == ("mesh",)


def test_the_closest_host_counts_whoever_is_older():
    wild = rules("wild", "'*.x'", created="2019-01-01T00:00:00Z")
    exact = rules("exact", "a.x", created="2021-01-01T00:00:00Z")
    assert choose_traffic([wild, exact], "a.x", "shop").name == "exact"
    assert choose_traffic([wild, exact], "b.x", "shop").name == "wild"


def test_of_equals_the_oldest_counts_wherever_it_is():
    old = rules("z", "a.x", created="2019-01-01T00:00:00Z", namespace="far")
    new = rules("a", "a.x", created="2021-01-01T00:00:00Z")
    assert choose_traffic([new, old], "a.x", "shop").name == "z"


def test_what_is_not_exported_here_does_not_count():
    hidden = rules("a", "a.x", ", exportTo: ['.']", namespace="far")
    assert choose_traffic([hidden], "a.x", "shop") is None
    assert choose_traffic([hidden], "a.x", "far") is hidden


def test_a_field_is_found_by_its_line():
    raw = istio("VirtualService", "a", f"{{hosts: [a.x], {ROUTE}}}")
    found = traffic(decode(raw, file="a.yaml", lines={"": 1, "spec.http[0]": 7}), ("*",))
    assert (found.origin_at("spec.http[0].timeout").line, found.origin_at("spec.hosts").line) == (7, 1)


def test_what_is_for_its_own_namespace_counts_before_what_is_for_some_and_for_all():
    everybody = rules("everybody", "a.x", created="2019-01-01T00:00:00Z")
    some = rules("some", "a.x", ", exportTo: [shop, bank]", created="2020-01-01T00:00:00Z")
    own = rules("own", "a.x", ", exportTo: ['.']", created="2021-01-01T00:00:00Z")
    assert choose_traffic([everybody, some, own], "a.x", "shop").name == "own"
    assert choose_traffic([everybody, some, own], "a.x", "bank").name == "some"
    assert choose_traffic([everybody, some, own], "a.x", "far").name == "everybody"


def test_destinations_are_all_that_rules_send_to():
    spec = """
    hosts: [a.x]
    http: [{route: [{destination: {host: one, port: {number: 80}}}], mirrors: [{destination: {host: two.y}}]},
           {route: [{destination: {host: three.y}}], mirror: {host: four.y}}]
    tls: [{match: [{sniHosts: [a.x]}], route: [{destination: {host: five.y}}]}]
    tcp: [{route: [{destination: {host: six.y, port: {number: 6}}}]}]
    """
    found = traffic(decode(istio("VirtualService", "a", spec)), ("*",))
    assert sorted(destinations(found)) == [
        ("five.y", 0),
        ("four.y", 0),
        ("one.shop.svc.cluster.local", 80),
        ("six.y", 6),
        ("three.y", 0),
        ("two.y", 0),
    ]
