from lateen.planner.domains import domains
from lateen.registry.service import Service


def service(name="web", namespace="shop", **facts):
    facts = {"kubernetes": True, "addresses": ("10.0.0.1",)} | facts
    host = facts.pop("host", f"{name}.{namespace}.svc.cluster.local")
    return Service(host=host, namespace=namespace, name=name, ports=(), **facts)


def test_neighbours_may_use_the_short_name():
    assert domains(service(), (), "shop") == (
        "web.shop.svc.cluster.local",
        "web",
        "web.shop",
        "web.shop.svc",
        "10.0.0.1",
    )


def test_others_say_the_namespace():
    assert "web" not in domains(service(), (), "bank")
    assert "web.shop" in domains(service(), (), "bank")


def test_an_external_host_has_no_short_names():
    entry = service(host="db.example.com", kubernetes=False, addresses=())
    assert domains(entry, (), "shop") == ("db.example.com",)


def test_a_block_of_addresses_is_no_name():
    entry = service(host="db.example.com", kubernetes=False, addresses=("10.0.0.0/24", "fd00::1"))
    assert domains(entry, (), "shop") == ("db.example.com", "[fd00::1]")


def test_pods_of_a_headless_service_have_names_below_it():
    found = domains(service(resolution="HEADLESS", addresses=()), (), "shop")
    assert "*.web.shop.svc.cluster.local" in found


def test_aliases_lead_to_the_service_they_mean():
    alias = service("old", addresses=(), resolution="ALIAS")
    assert {"old", "old.shop.svc.cluster.local"} <= set(domains(service(), [alias], "shop"))
