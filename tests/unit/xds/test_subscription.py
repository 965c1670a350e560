"""What a client wants, by the protocol's rules about names."""

import gc

import pytest

from lateen.proto import types
from lateen.xds import subscription
from lateen.xds.subscription import Subscription, first_subscription


@pytest.mark.parametrize("type_url", [types.CLUSTER, types.LISTENER, types.VIRTUAL_HOST])
def test_a_first_request_without_names_means_all(type_url: str) -> None:
    assert first_subscription(type_url, ()) == Subscription(wildcard=True)


@pytest.mark.parametrize("type_url", [types.ENDPOINT, types.ROUTE, types.SECRET])
def test_a_first_request_without_names_means_none_of_types_that_are_asked_by_name(type_url: str) -> None:
    assert first_subscription(type_url, ()) == Subscription()


def test_a_star_means_all_and_stands_beside_names() -> None:
    wanted = first_subscription(types.CLUSTER, ("*", "lazy"))
    assert wanted == Subscription(wildcard=True, names=frozenset({"lazy"}))
    assert wanted.covers("anything")


def test_names_are_asked_for_and_given_up() -> None:
    wanted = first_subscription(types.ENDPOINT, ("a", "b")).changed(("c",), ("a",))
    assert wanted.names == {"b", "c"}
    assert (wanted.covers("c"), wanted.covers("a")) == (True, False)


def test_a_name_both_asked_for_and_given_up_stays() -> None:
    assert first_subscription(types.ENDPOINT, ("a",)).changed(("a",), ("a",)).names == {"a"}


def test_all_stays_until_the_star_is_given_up() -> None:
    wanted = first_subscription(types.CLUSTER, ()).changed(("lazy",), ())
    assert wanted.wildcard
    assert wanted.changed((), ("*",)) == Subscription(wildcard=False, names=frozenset({"lazy"}))


def test_equal_sets_of_names_are_one_and_go_with_their_last_user() -> None:
    one = first_subscription(types.ENDPOINT, [f"interned {i}" for i in range(3)])
    two = first_subscription(types.ENDPOINT, ["interned 0", "interned 1"]).changed(["interned 2"], ())
    assert one.names is two.names
    names = set(one.names)
    del one, two
    gc.collect()
    assert frozenset(names) not in subscription._interned
