from typing import Any

import pytest

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.label_selector import LabelSelector
from lateen.reactive.engine import Engine
from lateen.store.membership import Membership
from lateen.store.store import Store

IN = (LabelSelector(match_labels={"mesh": "in"}),)
KEY = Key("shop", "reviews")


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def rule(host: str = "reviews", where: str = "shop") -> dict[str, Any]:
    meta = {"name": "reviews", "namespace": where}
    return {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": meta, "spec": {"host": host}}


@pytest.fixture
def membership() -> Membership:
    return Membership(Store(Engine()))


def put(membership: Membership, raw: dict[str, Any]) -> None:
    meta = raw["metadata"]
    membership.put(raw["kind"], Key(meta.get("namespace", ""), meta["name"]), raw)


def rules(membership: Membership) -> set[Key]:
    return set(membership._store["DestinationRule"])


def test_without_selectors_everything_is_in(membership: Membership) -> None:
    put(membership, rule())
    assert rules(membership) == {KEY} and membership.outside == []


def test_what_is_outside_waits_until_its_namespace_comes_in(membership: Membership) -> None:
    membership.select(IN, "istio-system")
    put(membership, rule())
    put(membership, rule(where="istio-system"))
    assert rules(membership) == {Key("istio-system", "reviews")}
    put(membership, namespace("shop"))
    assert membership.outside == ["shop"] and KEY not in rules(membership)
    put(membership, namespace("shop", mesh="in"))
    assert KEY in rules(membership)
    membership.delete("Namespace", Key("", "shop"))
    assert KEY not in rules(membership)


def test_what_is_deleted_while_outside_does_not_come_back(membership: Membership) -> None:
    membership.select(IN, "istio-system")
    put(membership, rule())
    membership.delete("DestinationRule", KEY)
    membership.select((), "istio-system")
    assert rules(membership) == set()


def test_a_refusal_goes_and_comes_with_its_namespace(membership: Membership) -> None:
    store = membership._store
    put(membership, rule())
    with pytest.raises(Invalid):
        put(membership, rule(""))
    membership.select(IN, "istio-system")
    assert not store.rejections and not rules(membership)
    membership.select((), "istio-system")
    assert ("DestinationRule", KEY) in store.rejections
    put(membership, rule())
    assert not store.rejections and rules(membership) == {KEY}


def test_another_root_namespace_is_always_in(membership: Membership) -> None:
    put(membership, rule())
    membership.select(IN, "shop")
    assert rules(membership) == {KEY}
