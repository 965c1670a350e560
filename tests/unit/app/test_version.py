"""Which refusals hold back which version."""

from typing import Any, NamedTuple, cast

from lateen.app.refusals import Refusal, Refusals
from lateen.app.version import Version, blockers
from lateen.base.refs import Key

NAME = ("DestinationRule", Key("shop", "reviews"))


class Node(NamedTuple):
    pod: str
    namespace: str = "shop"


class Stream(NamedTuple):
    node: Node
    since: float


class Known:
    """Refusals as they stand; `own` are those of resources that NAME is part of."""

    def __init__(self, *now: Refusal, own: tuple[Refusal, ...] = ()) -> None:
        self._now, self._own = frozenset({*now, *own}), list(own)

    def now(self) -> frozenset[Refusal]:
        return self._now

    def of(self, name: Any) -> list[Refusal]:
        return self._own


def refusal(pod: str, since: float = 1.0, resource: str = "c", nonce: str = "1") -> Refusal:
    return Refusal(cast(Any, Stream(Node(pod), since)), "type", resource, "no", nonce)


def held_by(version: Version, known: Known) -> list[Refusal]:
    return blockers(version, NAME, cast(Refusals, known))


def version(**more: Any) -> Version:
    return Version("uid", "v1", 1, since=10.0, **more)


def test_what_was_refused_before_a_version_came_does_not_hold_it() -> None:
    before, after = refusal("a"), refusal("b")
    assert held_by(version(known=frozenset({before})), Known(before, after)) == [after]


def test_what_the_object_is_part_of_holds_it_and_is_named_first() -> None:
    own, other = refusal("z"), refusal("a")
    assert held_by(version(), Known(other, own=(own,))) == [own, other]
    assert held_by(version(known=frozenset({own})), Known(own=(own,))) == [own]


def test_a_held_version_waits_for_those_resources_whatever_their_version_and_for_no_others() -> None:
    first, again = refusal("a", nonce="1"), refusal("a", nonce="2")
    held = version(held=frozenset({first.at}))
    assert held_by(held, Known(again)) == [again]
    assert held_by(held, Known(refusal("a", resource="other"), refusal("b"))) == []


def test_a_confirmed_version_is_missing_only_from_proxies_that_came_later() -> None:
    old, late = refusal("old", since=9.0), refusal("late", since=11.0)
    assert held_by(version(confirmed=True), Known(refusal("x"), own=(old, late))) == [late]
