"""What clients see of hosts on the egress listeners of their Sidecar."""

from typing import Any

from worlds import World, istio, service

from lateen.planner.client import Client
from lateen.planner.sidecar import EVERYTHING
from lateen.planner.sight import Sight
from lateen.planner.site import Directory
from lateen.registry.mesh import Mesh

WEB, API, DB = (f"{name}.shop.svc.cluster.local" for name in ("web", "api", "db"))
FAR = "far.bank.svc.cluster.local"
TWO: Any = ({"name": "http", "port": 80}, {"name": "http-other", "port": 8080})


def world(egress: str, *objects: Any, policy: str = "") -> World:
    found = World()
    found.put(service("web", TWO), service("api"), service("db", [{"name": "tcp", "port": 3306}], address="10.0.0.7"))
    found.put(service("far", namespace="bank"))
    more = f", outboundTrafficPolicy: {policy}" if policy else ""
    found.put(istio("Sidecar", "default", f"{{egress: {egress}{more}}}"), *objects)
    return found


def upstreams(mesh: World) -> list[str]:
    return [name.removeprefix("outbound|").replace(".svc.cluster.local", "") for name in mesh.names("upstreams")]


def hosts(mesh: World, table: str) -> list[str]:
    found = mesh.table(table)
    return [one.name.partition(".")[0] for one in found.virtual_hosts] if found else []


def test_a_place_is_the_clients_with_its_settings():
    client = Client(namespace="shop", labels={"app": "x"}, mesh=Mesh())
    place = Sight(client, EVERYTHING, None, Directory(lambda host: None)).place(80)
    assert (place.site.namespace, place.site.port) == ("shop", 80)
    assert (place.site.gateway, place.site.labels) == ("mesh", {"app": "x"})


def test_what_is_not_imported_has_no_upstreams_endpoints_listeners_or_hosts():
    mesh = world("[{hosts: [./api.shop.svc.cluster.local]}]")
    assert upstreams(mesh) == ["80||api.shop"]
    assert mesh.names("assignments") == ["outbound|80||api.shop.svc.cluster.local"]
    assert mesh.names("listeners") == ["0.0.0.0_80", "virtualOutbound"]
    assert hosts(mesh, "80") == ["api", "allow_any"]


def test_nothing_is_known_with_nothing_imported():
    mesh = world("[{hosts: ['~/*']}]")
    assert (mesh.names("upstreams"), mesh.names("listeners"), mesh.names("routes")) == ([], ["virtualOutbound"], [])


def test_a_port_has_the_hosts_of_the_listener_that_names_it():
    mesh = world(
        "[{port: {number: 80, protocol: HTTP}, hosts: [./api.shop.svc.cluster.local]}, {hosts: [./web.shop.svc.cluster.local]}]"
    )
    assert hosts(mesh, "80") == ["api", "allow_any"]
    assert hosts(mesh, "8080") == ["web", "allow_any"]
    assert upstreams(mesh) == ["8080||web.shop", "80||api.shop"]


def test_a_service_without_the_listeners_port_is_not_known():
    mesh = world("[{port: {number: 8080, protocol: HTTP}, hosts: [./*]}]")
    assert upstreams(mesh) == ["8080||web.shop"]
    assert mesh.names("listeners") == ["0.0.0.0_8080", "virtualOutbound"]
    assert mesh.names("assignments") == [f"outbound|8080||{WEB}"]


def test_a_listener_without_capture_is_bound():
    mesh = world("[{port: {number: 80, protocol: HTTP}, captureMode: NONE, hosts: [./*]}]")
    assert mesh.names("listeners") == ["127.0.0.1_80", "virtualOutbound"]
    listener = mesh.listener("127.0.0.1_80")
    assert (listener.bind, listener.address, listener.port) == (True, "127.0.0.1", 80)
    assert listener.chains[0].proxy.route_name == "80"


def test_bytes_of_a_bound_listener_go_to_the_service_whatever_its_address():
    mesh = world("[{port: {number: 3306, protocol: MYSQL}, bind: 127.0.0.2, captureMode: NONE, hosts: [./*]}]")
    listener = mesh.listener("127.0.0.2_3306")
    assert listener.bind
    assert listener.default_chain.proxy.upstreams == ((f"outbound|3306||{DB}", 100),)


def test_a_socket_routes_by_host_whatever_the_port():
    mesh = world(
        "[{port: {protocol: HTTP}, bind: 'unix:///run/out', hosts: [./web.shop.svc.cluster.local, ./api.shop.svc.cluster.local]}]"
    )
    (name,) = (one for one in mesh.names("listeners") if one != "virtualOutbound")
    listener = mesh.listener(name)
    assert (listener.address, listener.port, listener.bind) == ("unix:///run/out", 0, True)
    assert listener.chains[0].proxy.route_name == "unix:///run/out"
    assert mesh.targets("unix:///run/out", f"{API}:80") == [f"outbound|80||{API}"]
    assert mesh.targets("unix:///run/out", f"{WEB}:80") == [f"outbound|80||{WEB}"]


def test_a_socket_carries_bytes_to_its_service():
    mesh = world("[{port: {protocol: TCP}, bind: 'unix:///run/db', hosts: [./db.shop.svc.cluster.local]}]")
    listener = mesh.listener("unix:///run/db_0")
    assert listener.default_chain.proxy.upstreams == ((f"outbound|3306||{DB}", 100),)


def to_far(hosts: str, namespace: str = "shop", port: str = "") -> dict:
    said = f", port: {{number: {port}}}" if port else ""
    route = f"[{{route: [{{destination: {{host: {FAR}{said}}}}}]}}]"
    return istio("VirtualService", "r", f"{{hosts: [{hosts}], http: {route}}}", namespace=namespace)


def test_where_known_rules_send_is_known_too():
    mesh = world("[{hosts: [./*]}]", to_far("web", port="80"))
    assert "80||far.bank" in upstreams(mesh)
    assert mesh.targets("80", f"{WEB}:80") == [f"outbound|80||{FAR}"]
    assert hosts(mesh, "80") == ["api", "web", "allow_any"]
    mesh.delete("VirtualService", "r")
    assert "80||far.bank" not in upstreams(mesh)


def test_rules_that_are_not_imported_do_not_count():
    mesh = world("[{hosts: [./*]}]", to_far(WEB, "bank"))
    assert mesh.targets("80", f"{WEB}:80") == [f"outbound|80||{WEB}"]
    assert "80||far.bank" not in upstreams(mesh)


def test_rules_for_a_host_that_is_not_imported_make_a_host_of_their_own():
    mesh = world("[{hosts: ['./*', '*/far.bank.svc.cluster.local', '~bank/*']}]", to_far(FAR))
    assert mesh.targets("80", f"{FAR}:80") == [f"outbound|80||{FAR}"]


def test_the_own_outbound_policy_counts_before_the_meshs():
    mesh = world("[{hosts: [./*]}]", policy="{mode: REGISTRY_ONLY}")
    assert mesh.listener("virtualOutbound").default_chain.proxy.upstreams == (("BlackHoleCluster", 100),)
    assert hosts(mesh, "80")[-1] == "block_all"


def test_what_is_unknown_goes_to_the_egress_proxy():
    mesh = world("[{hosts: [./*]}]", policy="{mode: ALLOW_ANY, egressProxy: {host: api, port: {number: 80}}}")
    assert mesh.listener("virtualOutbound").default_chain.proxy.upstreams == ((f"outbound|80||{API}", 100),)
    assert mesh.targets("80", "allow_any") == [f"outbound|80||{API}"]


def test_a_new_service_that_is_not_imported_costs_one_look():
    mesh = world("[{hosts: [./api.shop.svc.cluster.local]}]")
    mesh.put(service("new", namespace="bank"))
    assert not [name for name in ("outbound routes", "outbound listeners") if name in mesh.ran()]
    assert mesh.changed("outbound upstreams") == []


def test_a_socket_of_http_carries_no_bytes():
    mesh = world("[{port: {protocol: HTTP}, bind: 'unix:///run/out', hosts: [./*]}]")
    assert mesh.listener("unix:///run/out_0").default_chain.proxy.upstreams == (("BlackHoleCluster", 100),)
