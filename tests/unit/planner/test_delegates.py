from worlds import World, istio, service

ROOT = """
hosts: [web]
http:
- {name: all, match: [{uri: {prefix: /a}}], delegate: {name: part, namespace: bank}, timeout: 5s,
   headers: {request: {set: {x: root, y: root}}}}
- route: [{destination: {host: web}}]
"""
PART = """
http:
- {name: one, match: [{uri: {exact: /a/1}}], route: [{destination: {host: api}}], timeout: 1s,
   headers: {request: {set: {x: part}}}}
- {name: two, route: [{destination: {host: api}}]}
- {name: out, match: [{uri: {exact: /b}}], route: [{destination: {host: api}}]}
"""
WEB, API = "outbound|80||web.shop.svc.cluster.local", "outbound|80||api.bank.svc.cluster.local"
HOST = "web.shop.svc.cluster.local:80"


def world(*objects: dict) -> World:
    found = World()
    found.put(service("web"), service("api", namespace="bank"), *objects)
    return found


def root(spec: str = ROOT) -> dict:
    return istio("VirtualService", "web", spec)


def part(spec: str = PART) -> dict:
    return istio("VirtualService", "part", spec, namespace="bank")


def test_a_delegates_rules_stand_where_it_is_named_with_names_of_its_own_namespace():
    mesh = world(root(), part())
    assert mesh.targets("80", HOST) == [API, API, WEB]
    assert [route.name for route in mesh.host("80", HOST).routes] == ["all-one", "all-two", ""]


def test_what_the_delegate_says_comes_before_what_the_root_says():
    one, two, _ = world(root(), part()).host("80", HOST).routes
    assert (one.action.timeout_ms, two.action.timeout_ms) == (1000, 5000)
    assert one.request_headers.set == (("x", "part"), ("y", "root"))
    assert (one.match.path.value, two.match.path.value) == ("/a/1", "/a")


def test_each_route_knows_which_object_it_was_written_in():
    one, _, last = world(root(), part()).host("80", HOST).routes
    assert (one.origin.namespace, one.origin.name, one.origin.field) == ("bank", "part", "spec.http[0]")
    assert (last.origin.name, last.origin.field) == ("web", "spec.http[1]")


def test_without_its_delegate_a_rule_has_no_effect():
    mesh = world(root())
    assert mesh.targets("80", HOST) == [WEB]
    mesh.put(part())
    assert mesh.targets("80", HOST) == [API, API, WEB]
    mesh.delete("VirtualService", "part", "bank")
    assert mesh.targets("80", HOST) == [WEB]


def test_a_delegate_that_is_not_exported_to_the_root_is_not_found():
    assert world(root(), part(PART + "exportTo: ['.']\n")).targets("80", HOST) == [WEB]
    assert world(root(), part(PART + "exportTo: [shop]\n")).targets("80", HOST) == [API, API, WEB]


def test_a_virtual_service_with_hosts_is_no_delegate():
    assert world(root(), part("hosts: [x.y]\n" + PART)).targets("80", HOST) == [WEB]


def test_a_change_of_a_delegate_leaves_other_virtual_services():
    mesh = world(
        root(),
        part(),
        istio("VirtualService", "other", "{hosts: [a.x], http: [{route: [{destination: {host: web}}]}]}"),
    )
    mesh.put(part(PART.replace("1s", "2s")))
    assert {key.name for key in mesh.ran()["rules of virtual services"]} == {"part", "web"}
    assert [key.name for key in mesh.changed("traffic")] == ["web"]


def test_mirrors_of_the_delegate_replace_those_of_the_root():
    said = "mirrors: [{destination: {host: web}}]"
    with_root = ROOT.replace("timeout: 5s", f"timeout: 5s, {said}")
    one, two, _ = (
        world(root(with_root), part(PART.replace("timeout: 1s", "mirror: {host: api}"))).host("80", HOST).routes
    )
    assert [[mirror.upstream for mirror in route.action.mirrors] for route in (one, two)] == [[API], [WEB]]
