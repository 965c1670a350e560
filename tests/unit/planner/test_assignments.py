from worlds import SHOP, World, istio, pod, service, slices

WEB = "web.shop.svc.cluster.local"


def two_versions() -> World:
    world = World()
    world.put(
        service("web"),
        pod("web-1", "10.1.0.1", {"version": "v1"}, account="web"),
        pod("web-2", "10.1.0.2", {"version": "v2"}, account="web", injected=False),
        slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"}),
    )
    return world


def mesh_tls(world: World, name: str) -> dict[str, bool]:
    found = world.assignment(name)
    return {one.address: one.mesh_tls for locality in found.localities for one in locality.endpoints}


def test_a_port_has_all_ready_endpoints():
    assert two_versions().addresses(f"outbound|80||{WEB}") == ["10.1.0.1:80", "10.1.0.2:80"]


def test_a_subset_has_the_endpoints_with_its_labels():
    world = two_versions()
    rule = """{host: web, subsets: [{name: one, labels: {version: v1}}, {name: none, labels: {version: v9}},
              {name: every}]}"""
    world.put(istio("DestinationRule", "web", rule))
    assert world.addresses(f"outbound|80|one|{WEB}") == ["10.1.0.1:80"]
    assert world.addresses(f"outbound|80|none|{WEB}") == []
    assert world.assignment(f"outbound|80|none|{WEB}") is not None
    assert world.addresses(f"outbound|80|every|{WEB}") == ["10.1.0.1:80", "10.1.0.2:80"]


def test_only_workloads_with_a_proxy_accept_mesh_tls():
    assert mesh_tls(two_versions(), f"outbound|80||{WEB}") == {"10.1.0.1": True, "10.1.0.2": False}


def test_a_disabled_port_takes_no_mesh_tls():
    world = two_versions()
    world.put(istio("PeerAuthentication", "default", "{mtls: {mode: DISABLE}}"))
    assert not any(mesh_tls(world, f"outbound|80||{WEB}").values())
    world.put(
        istio(
            "PeerAuthentication",
            "one",
            "{selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}, portLevelMtls: {80: {mode: STRICT}}}",
        )
    )
    assert mesh_tls(world, f"outbound|80||{WEB}") == {"10.1.0.1": True, "10.1.0.2": False}


def test_endpoints_carry_what_telemetry_shows():
    found = two_versions().assignment(f"outbound|80||{WEB}")
    assert found.localities[0].endpoints[0].workload == "web-1;shop;web;v1;web;v1;Kubernetes"


def test_an_external_service_with_fixed_endpoints_has_them_by_port_name():
    world = World()
    spec = """
      hosts: [db.example.com]
      resolution: STATIC
      ports: [{number: 3306, name: db, protocol: TCP, targetPort: 3307}, {number: 80, name: web, protocol: HTTP}]
      endpoints: [{address: 192.0.2.1}, {address: 192.0.2.2, ports: {web: 8080}, weight: 3}]
    """
    world.put(istio("ServiceEntry", "db", spec))
    assert world.addresses("outbound|3306||db.example.com") == ["192.0.2.1:3307", "192.0.2.2:3307"]
    assert world.addresses("outbound|80||db.example.com") == ["192.0.2.1:80", "192.0.2.2:8080"]
    assert world.assignment("outbound|80||db.example.com").localities[0].endpoints[1].weight == 3


def test_whole_ports_are_shared_between_clients():
    world = two_versions()
    bank = SHOP._replace(namespace="bank")
    world.want(bank)
    assert world.assignment(f"outbound|80||{WEB}") is world.assignment(f"outbound|80||{WEB}", bank)
