"""Where patches apply, by the names of what they change."""

import pytest

from lateen.plan.patch import ClusterPlace, ListenerPlace, TablePlace


@pytest.mark.parametrize(
    ("place", "taken"),
    [
        (ClusterPlace(), True),
        (ClusterPlace(name="outbound|80|v1|web.shop.svc.cluster.local"), True),
        (ClusterPlace(service="web.shop.svc.cluster.local", port=80, subset="v1"), True),
        (ClusterPlace(port=81), False),
        (ClusterPlace(subset="v2"), False),
        (ClusterPlace(service="web"), False),
    ],
)
def test_a_cluster_is_meant_by_the_parts_of_its_name(place: ClusterPlace, taken: bool) -> None:
    assert place.takes("outbound|80|v1|web.shop.svc.cluster.local") is taken


def test_an_inbound_cluster_is_meant_by_the_services_that_lead_to_it() -> None:
    assert ClusterPlace(service="web.x", port=8080).takes("inbound|8080||", ("web.x",))
    assert not ClusterPlace(service="api.x").takes("inbound|8080||", ("web.x",))


def test_a_cluster_without_parts_is_meant_by_its_name_only() -> None:
    assert ClusterPlace(name="PassthroughCluster").takes("PassthroughCluster")
    assert not ClusterPlace(port=80).takes("PassthroughCluster")


def test_a_listener_is_meant_at_any_of_its_ports() -> None:
    assert ListenerPlace(port=80).takes("0.0.0.0_8080", (8080, 80))
    assert not ListenerPlace(port=81).takes("0.0.0.0_8080", (8080, 80))
    assert not ListenerPlace(name="virtualInbound").takes("0.0.0.0_8080", (8080,))


@pytest.mark.parametrize("table", ["9080", "web.x:9080", "inbound|9080||", "http.9080", "https.9080.a.g.shop"])
def test_a_table_is_meant_by_the_port_in_its_name(table: str) -> None:
    assert TablePlace(port=9080).takes(table)
    assert not TablePlace(port=9081).takes(table)


def test_a_gateways_table_is_meant_by_the_ports_of_its_services_and_by_its_gateway() -> None:
    assert TablePlace(port=80).takes("http.8080", (80, 81))
    assert not TablePlace(port=8080).takes("http.8080", (80, 81))
    assert TablePlace(gateway="shop/g", port_name="https-a").takes("https.443.https-a.g.shop")
    assert not TablePlace(gateway="shop/g").takes("http.8080")


def test_a_virtual_host_is_meant_by_its_name_and_one_of_its_domains() -> None:
    assert TablePlace(host="web:80", domain="web").may_take("web:80", ("web", "web.shop"))
    assert not TablePlace(host="web:80", domain="api").may_take("web:80", ("web",))
