from lateen.runtime.zone import NamedService, Port, Server, Zone, reverse

WEB = NamedService("web", "shop", address="10.96.0.20", ports=(Port("http", "tcp", 80), Port("", "tcp", 81)))
DB = NamedService(
    "db", "shop", hosts={"db-0": "10.244.0.5", "10-244-0-6": "10.244.0.6"}, ports=(Port("sql", "tcp", 3306),)
)
OUT = NamedService("out", "shop", alias="Example.COM.")
ZONE = Zone.of([WEB, DB, OUT])


def test_a_service_has_its_cluster_ip():
    assert ZONE.get("web.shop.svc.cluster.local").addresses == ["10.96.0.20"]


def test_a_headless_service_has_all_its_pods():
    assert ZONE.get("db.shop.svc.cluster.local").addresses == ["10.244.0.5", "10.244.0.6"]


def test_a_pod_of_a_headless_service_has_a_name_of_its_own():
    assert ZONE.get("db-0.db.shop.svc.cluster.local").addresses == ["10.244.0.5"]


def test_a_named_port_has_a_server_record():
    found = ZONE.get("_http._tcp.web.shop.svc.cluster.local")
    assert found.servers == [Server(80, "web.shop.svc.cluster.local")]


def test_a_headless_service_has_a_server_record_per_pod():
    found = ZONE.get("_sql._tcp.db.shop.svc.cluster.local")
    assert [server.target.split(".")[0] for server in found.servers] == ["db-0", "10-244-0-6"]


def test_an_external_name_is_an_alias():
    assert ZONE.get("out.shop.svc.cluster.local").alias == "example.com"


def test_a_namespace_exists_without_records():
    found = ZONE.get("shop.svc.cluster.local")
    assert found is not None and not found.addresses


def test_unknown_names_of_the_cluster_do_not_exist():
    assert ZONE.get("nope.shop.svc.cluster.local") is None
    assert ZONE.owns("nope.shop.svc.cluster.local")


def test_other_names_are_not_the_zones():
    assert not ZONE.owns("example.com")
    assert not ZONE.owns("notcluster.local")


def test_a_pod_address_answers_for_itself():
    assert ZONE.get("10-244-0-9.shop.pod.cluster.local").addresses == ["10.244.0.9"]
    assert ZONE.get("10-244-0-999.shop.pod.cluster.local") is None
    assert ZONE.get("10-244-0-9.x.shop.pod.cluster.local") is None


def test_addresses_of_pods_and_services_are_asked_of_nobody_else():
    assert ZONE.owns(reverse("10.244.9.9")) and ZONE.owns(reverse("10.96.9.9"))
    assert not ZONE.owns(reverse("192.0.2.1"))


def test_addresses_lead_back_to_names():
    assert ZONE.get(reverse("10.96.0.20")).pointer == "web.shop.svc.cluster.local"
    assert ZONE.get(reverse("10.244.0.5")).pointer == "db-0.db.shop.svc.cluster.local"
