import pytest
from worlds import gateway_api

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.planner.gateway_api.listener_set import allows, parent_of, precedence

LISTENERS = "listeners: [{name: a, port: 80, protocol: HTTP}]"


def listener_set(parent: str = "{name: g}", **meta):
    return decode(gateway_api("ListenerSet", "s", f"{{parentRef: {parent}, {LISTENERS}}}", **meta))


def test_the_parent_is_a_gateway_of_its_own_namespace_or_another():
    assert parent_of(listener_set()) == Key("shop", "g")
    assert parent_of(listener_set("{name: g, namespace: infra}")) == Key("infra", "g")
    assert parent_of(listener_set("{name: g, kind: Other}")) is None


def test_older_sets_come_first():
    old, new = (listener_set(created=f"20{at}0-01-01T00:00:00Z") for at in (2, 3))
    assert sorted([new, old], key=precedence) == [old, new]


@pytest.mark.parametrize(
    ("said", "own", "far"),
    [
        ("", False, False),
        (", allowedListeners: {namespaces: {from: None}}", False, False),
        (", allowedListeners: {namespaces: {from: Same}}", True, False),
        (", allowedListeners: {namespaces: {from: All}}", True, True),
        (", allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}", True, False),
    ],
)
def test_a_gateway_allows_nobodys_sets_unless_it_says_whose(said, own, far):
    gateway = decode(gateway_api("Gateway", "g", f"{{gatewayClassName: istio, {LISTENERS}{said}}}"))
    assert (allows(gateway, "shop", {"team": "a"}), allows(gateway, "far", {"team": "b"})) == (own, far)
