import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from findings import REVIEWS, istio, snapshot

HOSTS = REVIEWS + istio("ServiceEntry", "w", "{hosts: ['*.example.com'], exportTo: ['.']}")


def test_hosts_are_found_by_short_and_full_names_and_wildcards_where_they_are_seen() -> None:
    hosts = snapshot(HOSTS).hosts
    for name in ("reviews", "reviews.shop.svc.cluster.local", "a.example.com"):
        assert hosts.find(name, "shop") is not None
    assert hosts.find("a.example.com", "other") is None
    assert hosts.find("reviews", "other") is None


def test_ports_and_selectors_are_those_of_the_declaration() -> None:
    found = snapshot(HOSTS).hosts.find("reviews", "shop")
    assert found is not None and (found.ports, found.selector) == ([9080], {"app": "reviews"})


def test_the_nearest_host_is_one_that_is_there() -> None:
    hosts = snapshot(HOSTS).hosts
    assert hosts.nearest("review", "shop") == 'did you mean "reviews.shop.svc.cluster.local"?'
    assert hosts.nearest("something-else-entirely.org", "shop") == ""
