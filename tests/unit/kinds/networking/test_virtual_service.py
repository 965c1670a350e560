import pytest

ROUTE = [{"destination": {"host": "x"}}]
HTTP = [{"route": ROUTE}]


@pytest.mark.parametrize("hosts", [["reviews"], ["a.b", "c.d"], ["*.a.b", "x.a.b"], ["10.0.0.1"]])
def test_hosts_are_names_wildcards_and_addresses(errors, hosts):
    assert errors("VirtualService", hosts=hosts, http=HTTP) == []


@pytest.mark.parametrize("hosts", [["a", "a"], ["*.foo.bar", "*.bar"]])
def test_hosts_that_overlap_are_refused(errors, hosts):
    assert errors("VirtualService", hosts=hosts, http=HTTP) == ["spec.hosts[1]"]


def test_every_host_is_for_gateways_only(errors):
    assert errors("VirtualService", hosts=["*"], gateways=["gw"], http=HTTP) == []
    assert errors("VirtualService", hosts=["*"], http=HTTP) == ["spec.hosts[0]"]
    assert errors("VirtualService", hosts=["*"], gateways=["gw", "mesh"], http=HTTP) == ["spec.hosts[0]"]


def test_something_is_routed(errors):
    assert errors("VirtualService", hosts=["a"]) == ["spec"]
    assert errors("VirtualService", hosts=["a"], tcp=[{"route": ROUTE}]) == []


def test_a_delegate_has_http_rules_only_and_delegates_no_further(errors):
    assert errors("VirtualService", http=HTTP) == []
    found = errors("VirtualService", gateways=["gw"], tcp=[{"route": ROUTE}], http=[{"delegate": {"name": "x"}}])
    assert found == ["spec.gateways", "spec.tcp", "spec.http[0].delegate"]


def test_claims_of_tokens_are_for_gateways_only(errors):
    http = [{"match": [{"headers": {"@request.auth.claims.sub": {"exact": "a"}}}], "route": ROUTE}]
    assert errors("VirtualService", hosts=["a"], gateways=["gw"], http=http) == []
    assert errors("VirtualService", hosts=["a"], http=http) == ["spec.http[0].match[0].headers"]


def test_a_gateway_may_take_composed_sni(errors):
    sni = "outbound_.80_._.a.b"
    tls = [{"match": [{"sniHosts": [sni]}], "route": ROUTE}]
    assert errors("VirtualService", hosts=[sni], gateways=["gw"], tls=tls) == []
    assert errors("VirtualService", hosts=["neverbound_.80_._.a-"], gateways=["gw"], http=HTTP) == ["spec.hosts[0]"]


def test_exports_are_checked(errors):
    assert errors("VirtualService", hosts=["a"], http=HTTP, exportTo=["~"]) == ["spec.exportTo[0]"]
