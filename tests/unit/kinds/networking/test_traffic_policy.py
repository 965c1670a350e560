import pytest


def test_every_part_is_accepted(policy_errors):
    assert (
        policy_errors(
            portLevelSettings=[{"port": {"number": 80}, "tls": {"mode": "SIMPLE"}}],
            tunnel={"protocol": "connect", "targetHost": "10.0.0.1", "targetPort": 3128},
            proxyProtocol={"version": "V2"},
            retryBudget={"percent": 20, "budgetInterval": "0s"},
        )
        == []
    )


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({}, ""),
        ({"portLevelSettings": [{"tls": {}}]}, "portLevelSettings[0].port"),
        ({"portLevelSettings": [{"port": {"number": 0}}]}, "portLevelSettings[0].port.number"),
        ({"portLevelSettings": [{"port": {"number": 1}, "connectionPool": {}}]}, "portLevelSettings[0].connectionPool"),
        ({"tunnel": {"protocol": "GET", "targetHost": "a", "targetPort": 1}}, "tunnel.protocol"),
        ({"tunnel": {"targetHost": "*.a", "targetPort": 1}}, "tunnel.targetHost"),
        ({"tunnel": {"targetHost": "a", "targetPort": 0}}, "tunnel.targetPort"),
        ({"tunnel": {"targetPort": 1}}, "tunnel.targetHost"),
        ({"retryBudget": {"percent": 101}}, "retryBudget.percent"),
        ({"retryBudget": {"budgetInterval": "x"}}, "retryBudget.budgetInterval"),
    ],
)
def test_faults_name_the_setting(policy_errors, policy, path):
    assert policy_errors(**policy) == [path]


def test_a_port_set_twice_is_warned_of(policy_warnings):
    settings = [{"port": {"number": 1}}] * 2
    assert policy_warnings(portLevelSettings=settings) == ["portLevelSettings[1].port.number"]
