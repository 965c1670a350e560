import pytest

ROUTE = [{"destination": {"host": "x"}}]


@pytest.fixture
def told(warnings):
    return lambda *rules: warnings("VirtualService", hosts=["x"], http=[{"route": ROUTE, **rule} for rule in rules])


def test_rules_that_can_be_reached_are_left_alone(told):
    assert told({"match": [{"uri": {"prefix": "/a"}}, {"uri": {"exact": "/"}}]}, {}) == []
    assert told({"match": [{"uri": {"prefix": "/"}, "headers": {"a": {}}}]}, {}) == []
    assert told({"match": [{"uri": {"prefix": "/a/b"}}, {"uri": {"prefix": "/a"}}]}) == []
    assert (
        told({"match": [{"uri": {"prefix": "/a"}, "ignoreUriCase": True}]}, {"match": [{"uri": {"prefix": "/a"}}]})
        == []
    )


@pytest.mark.parametrize("first", [{}, {"match": [{}]}, {"match": [{"uri": {"prefix": "/"}, "name": "all"}]}])
def test_a_rule_behind_one_that_takes_all_is_told(told, first):
    assert told(first, {"match": [{"uri": {"exact": "/a"}}]}, {}) == ["spec.http[1]"]


def test_a_prefix_behind_a_shorter_one_is_told(told):
    shorter, longer = {"uri": {"prefix": "/api"}}, {"uri": {"prefix": "/api/v1"}, "method": {"exact": "GET"}}
    assert told({"match": [shorter, longer]}) == ["spec.http[0].match[1]"]
    assert told({"match": [shorter]}, {"match": [longer]}) == ["spec.http[1].match[0]"]
