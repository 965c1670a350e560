import pytest


@pytest.fixture
def match_errors(errors):
    def judge(apply_to, **match):
        patch = {"applyTo": apply_to, "match": match, "patch": {"operation": "REMOVE"}}
        found = errors("EnvoyFilter", configPatches=[patch])
        return [path.removeprefix("spec.configPatches[0].match").removeprefix(".") for path in found]

    return judge


CHAIN = {"filterChain": {"filter": {"name": "hcm", "subFilter": {"name": "router"}}}}


@pytest.mark.parametrize(
    ("apply_to", "match"),
    [
        ("HTTP_FILTER", {"context": "SIDECAR_INBOUND", "listener": CHAIN}),
        ("CLUSTER", {"cluster": {"service": "x"}, "proxy": {"proxyVersion": r"^1\.2.*"}}),
        ("VIRTUAL_HOST", {"routeConfiguration": {"vhost": {"name": "x:80"}}}),
        ("HTTP_FILTER", {"context": "WAYPOINT", "waypoint": {"portNumber": 80}}),
        ("LISTENER_FILTER", {"listener": {"listenerFilter": "tls"}}),
    ],
)
def test_matches_are_accepted(match_errors, apply_to, match):
    assert match_errors(apply_to, **match) == []


@pytest.mark.parametrize(
    ("apply_to", "match", "field"),
    [
        ("CLUSTER", {"listener": {}}, "listener"),
        ("HTTP_ROUTE", {"cluster": {}}, "cluster"),
        ("HTTP_FILTER", {"context": "WAYPOINT"}, ""),
        ("HTTP_FILTER", {"waypoint": {}}, ""),
        ("HTTP_FILTER", {"context": "WAYPOINT", "waypoint": {"portNumber": 0}}, "waypoint.portNumber"),
        ("CLUSTER", {"proxy": {"proxyVersion": "("}}, "proxy.proxyVersion"),
        ("LISTENER", {"listener": {"listenerFilter": "tls"}}, "listener.listenerFilter"),
        ("LISTENER", {"listener": CHAIN}, "listener.filterChain.filter"),
        ("NETWORK_FILTER", {"listener": CHAIN}, "listener.filterChain.filter.subFilter"),
    ],
)
def test_faults_name_the_field(match_errors, apply_to, match, field):
    assert match_errors(apply_to, **match) == [field]


def test_one_thing_is_matched(match_errors):
    assert match_errors("CLUSTER", cluster={}, listener={}) == ["", "listener"]
