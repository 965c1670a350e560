import pytest


def test_limits_and_timeouts_are_accepted(policy_errors):
    tcp = {"maxConnections": 1, "connectTimeout": "30ms", "idleTimeout": "0s", "tcpKeepalive": {"time": "7200s"}}
    http = {"http2MaxRequests": 1, "idleTimeout": "1s", "http2KeepAlive": {"interval": "1s", "timeout": "1s"}}
    assert policy_errors(connectionPool={"tcp": tcp, "http": http}) == []


@pytest.mark.parametrize(
    ("pool", "path"),
    [
        ({}, ""),
        ({"tcp": {"maxConnections": -1}}, ".tcp.maxConnections"),
        ({"tcp": {"connectTimeout": "0s"}}, ".tcp.connectTimeout"),
        ({"tcp": {"maxConnectionDuration": "x"}}, ".tcp.maxConnectionDuration"),
        ({"tcp": {"tcpKeepalive": {"interval": "0s"}}}, ".tcp.tcpKeepalive.interval"),
        ({"http": {"maxRetries": -1}}, ".http.maxRetries"),
        ({"http": {"idleTimeout": "0s"}}, ".http.idleTimeout"),
        ({"http": {"http2KeepAlive": {"timeout": "1s"}}}, ".http.http2KeepAlive.interval"),
        ({"http": {"useClientProtocol": True, "h2UpgradePolicy": "UPGRADE"}}, ".http.useClientProtocol"),
    ],
)
def test_faults_name_the_setting(policy_errors, pool, path):
    assert policy_errors(connectionPool=pool) == [f"connectionPool{path}"]
