from typing import Any

from lateen.cli.replacement import replaced


def rule(*hosts: str) -> dict[str, Any]:
    routes = [{"route": [{"destination": {"host": host}}]} for host in hosts]
    return {"metadata": {"name": "v", "namespace": "shop"}, "spec": {"hosts": ["x"], "http": routes}}


def test_routes_that_are_taken_away_are_told_with_what_stands_in_their_place() -> None:
    assert replaced("VirtualService", rule("a", "b"), rule("b", "c")) == [
        "replaces 1 route of VirtualService shop/v:",
        '  - x http: {"route": [{"destination": {"host": "a"}}]}',
        '  + x http: {"route": [{"destination": {"host": "c"}}]}',
    ]


def test_a_new_object_and_one_that_only_gains_routes_replace_nothing() -> None:
    assert replaced("VirtualService", None, rule("a")) == []
    assert replaced("VirtualService", rule("a"), rule("a", "b")) == []
    assert replaced("Service", rule("a"), rule("b")) == []
