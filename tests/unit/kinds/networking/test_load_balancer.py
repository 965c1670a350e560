import pytest


@pytest.mark.parametrize(
    "settings",
    [
        {"simple": "ROUND_ROBIN"},
        {"simple": "ROUND_ROBIN", "warmup": {"duration": "300s", "minimumPercent": 5.0}},
        {"consistentHash": {"httpHeaderName": "x", "ringHash": {"minimumRingSize": 1024}}},
        {"consistentHash": {"httpCookie": {"name": "u", "ttl": "0s"}, "maglev": {"tableSize": 65537}}},
        {"consistentHash": {"useSourceIp": True}},
        {"localityLbSetting": {"enabled": False}},
    ],
)
def test_ways_to_spread_requests(policy_errors, settings):
    assert policy_errors(loadBalancer=settings) == []


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"simple": "RANDOM", "consistentHash": {"useSourceIp": True}}, ""),
        ({"consistentHash": {"useSourceIp": True, "httpHeaderName": "x"}}, ".consistentHash"),
        ({"consistentHash": {"useSourceIp": True, "ringHash": {}, "maglev": {}}}, ".consistentHash"),
        ({"consistentHash": {"useSourceIp": True, "maglev": {"tableSize": 1000}}}, ".consistentHash.maglev.tableSize"),
        ({"consistentHash": {"httpCookie": {"ttl": "1s"}}}, ".consistentHash.httpCookie.name"),
        ({"warmup": {"minimumPercent": 5.0}}, ".warmup.duration"),
        ({"warmup": {"duration": "1s", "minimumPercent": 150}}, ".warmup.minimumPercent"),
        ({"warmup": {"duration": "1s"}, "warmupDurationSecs": "1s"}, ".warmupDurationSecs"),
        (
            {"zoneAwareLbSetting": {"failoverPriority": ["topology.istio.io/subzone"]}},
            ".zoneAwareLbSetting.failoverPriority",
        ),
        ({"zoneAwareLbSetting": {"minClusterSize": 0}}, ".zoneAwareLbSetting.minClusterSize"),
    ],
)
def test_faults_name_the_setting(policy_errors, settings, path):
    assert policy_errors(loadBalancer=settings) == [f"loadBalancer{path}"]


def test_cookie_attributes_are_unique_and_named(policy_errors):
    attributes = [{"name": "A"}, {"name": "A"}, {"name": ""}]
    found = policy_errors(loadBalancer={"consistentHash": {"httpCookie": {"name": "c", "attributes": attributes}}})
    assert [path.rpartition("httpCookie.")[2] for path in found] == ["attributes[1].name", "attributes[2].name"]


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"simple": "LEAST_CONN"}, ".simple"),
        ({"warmupDurationSecs": "1s"}, ".warmupDurationSecs"),
        ({"consistentHash": {"useSourceIp": True, "minimumRingSize": 5}}, ".consistentHash.minimumRingSize"),
        ({"consistentHash": {}}, ".consistentHash"),
    ],
)
def test_what_is_deprecated_or_idle_is_warned_of(policy_warnings, settings, path):
    assert policy_warnings(loadBalancer=settings) == [f"loadBalancer{path}"]
