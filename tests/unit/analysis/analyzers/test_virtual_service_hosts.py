import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import REVIEWS, core, findings, found, istio

from lateen.analysis.analyzers.virtual_service_hosts import ANALYZER


def test_a_host_that_is_not_there_is_told_with_the_nearest_one_that_is() -> None:
    rule = istio("VirtualService", "v", "{hosts: [x], http: [{route: [{destination: {host: reviewz}}]}]}")
    one = findings(ANALYZER, REVIEWS + rule)
    assert [(each.code, each.path) for each in one] == [("IST0101", "spec.http[0].route[0].destination.host")]
    assert one[0].text == 'Referenced host not found: "reviewz"'
    assert one[0].fix == 'did you mean "reviews.shop.svc.cluster.local"?'


def test_a_port_that_the_service_does_not_have_is_told() -> None:
    rule = istio("VirtualService", "v", "{http: [{route: [{destination: {host: reviews, port: {number: 1}}}]}]}")
    assert found(ANALYZER, REVIEWS + rule) == [("IST0101", "VirtualService shop/v")]


def test_of_several_ports_one_must_be_named() -> None:
    two = core("Service", "two", "{ports: [{port: 80}, {port: 81}]}")
    rule = istio("VirtualService", "v", "{http: [{route: [{destination: {host: two}}]}]}")
    assert found(ANALYZER, two + rule) == [("IST0112", "VirtualService shop/v")]


def test_hosts_ports_and_mirrors_that_there_are_are_nothing_to_tell() -> None:
    to = "{host: reviews, port: {number: 9080}}"
    rule = istio("VirtualService", "v", f"{{http: [{{route: [{{destination: {to}}}], mirror: {to}}}]}}")
    assert found(ANALYZER, REVIEWS + rule) == []
