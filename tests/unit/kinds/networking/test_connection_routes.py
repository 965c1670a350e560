import pytest

ROUTE = [{"destination": {"host": "x"}}]
HOSTS = ["*.example.com", "exact.org"]


def tls(errors, **rule):
    return errors("VirtualService", hosts=HOSTS, tls=[rule])


def tcp(errors, **rule):
    return errors("VirtualService", hosts=HOSTS, tcp=[rule])


@pytest.mark.parametrize("name", ["a.example.com", "*.b.example.com", "*.example.com", "exact.org", "EXACT.org"])
def test_sni_hosts_within_the_hosts_are_accepted(errors, name):
    assert tls(errors, match=[{"sniHosts": [name], "port": 443}], route=ROUTE) == []


@pytest.mark.parametrize("name", ["other.org", "*.com", "example.com", "*"])
def test_sni_hosts_outside_the_hosts_are_refused(errors, name):
    assert tls(errors, match=[{"sniHosts": [name]}], route=ROUTE) == ["spec.tls[0].match[0].sniHosts[0]"]


def test_an_address_as_sni_is_only_warned_of(warnings):
    found = warnings("VirtualService", hosts=HOSTS, tls=[{"match": [{"sniHosts": ["1.1.1.1"]}], "route": ROUTE}])
    assert found == ["spec.tls[0].match[0].sniHosts[0]"]


def test_a_tls_rule_needs_matches_sni_and_route(errors):
    assert tls(errors) == ["spec.tls[0].match", "spec.tls[0].route"]
    assert tls(errors, match=[{"port": 443}], route=ROUTE) == ["spec.tls[0].match[0].sniHosts"]


def test_a_tcp_rule_needs_a_route_only(errors):
    assert tcp(errors, route=ROUTE) == []
    assert tcp(errors, match=[{"port": 9}]) == ["spec.tcp[0].route"]


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ({"destinationSubnets": ["10.0.0.0/8", "x"]}, "destinationSubnets[1]"),
        ({"sourceSubnet": "10.0.0.0/99"}, "sourceSubnet"),
        ({"port": 0}, "port"),
        ({"sourceNamespace": "A"}, "sourceNamespace"),
        ({"gateways": ["a/b/c"]}, "gateways[0]"),
    ],
)
def test_faults_of_a_match_name_the_field(errors, match, path):
    assert tcp(errors, match=[match], route=ROUTE) == [f"spec.tcp[0].match[0].{path}"]
