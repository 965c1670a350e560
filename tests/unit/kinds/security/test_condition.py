import pytest

from lateen.kinds.security.condition import AttributeCondition, condition_faults


def paths(key, *values, custom=False, without=()):
    return [
        fault.path
        for fault in condition_faults("c", AttributeCondition(key=key, values=values, not_values=without), custom)
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("request.headers[X-A]", "b*"),
        ("source.ip", "10.0.0.0/8"),
        ("destination.port", "443"),
        ("request.auth.claims[a][b]", "c"),
        ("connection.sni", "*.a"),
        ("experimental.envoy.filters.network.mysql_proxy[db.table]", "[update]"),
    ],
)
def test_conditions_are_accepted(key, value):
    assert paths(key, value) == []
    assert paths(key, without=(value,)) == []


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("", "a", "c.key"),
        ("source.address", "a", "c.key"),
        ("request.headers", "a", "c.key"),
        ("request.headers[]", "a", "c.key"),
        ("request.headers[a]b", "a", "c.key"),
        ("experimental.envoy.filters.a", "a", "c.key"),
        ("source.ip[a]", "10.0.0.1", "c.key"),
        ("source.ip", "a.b.c.d", "c.values[0]"),
        ("destination.port", "http", "c.values[0]"),
        ("source.principal", "", "c.values[0]"),
    ],
)
def test_faults_name_the_field(key, value, path):
    assert paths(key, value) == [path]


def test_a_condition_compares_with_something():
    assert paths("source.namespace") == ["c"]


def test_custom_rules_know_no_identities():
    assert paths("source.ip", "10.0.0.1", custom=True) == []
    assert paths("request.auth.claims[a]", "b", custom=True) == ["c.key"]
