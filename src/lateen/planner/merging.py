"""VirtualServices for one host that ask to be merged: sidecars obey them all, as gateways do.

Istio's sidecars obey the one that comes first (https://github.com/istio/istio/issues/22997); with the annotation
`lateen.dev/merge: "true"` on each, their rules are put together, those that take every request last.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from lateen.planner.http_rule import HttpRule, Match
from lateen.planner.matches import is_catch_all
from lateen.planner.site import EVERYWHERE
from lateen.planner.traffic import Traffic


def merged(found: Sequence[Traffic]) -> Traffic:
    """Merge rules for one host, given in the order of their rank: the rest is as the first has it."""
    first = found[0]
    if len(found) == 1:
        return first
    http = [rule for one in found for rule in one.http]
    return replace(
        first,
        http=(*_parts(http, whole=False), *_parts(http, whole=True)),
        tls=tuple(rule for one in found for rule in one.tls),
        tcp=tuple(rule for one in found for rule in one.tcp),
    )


def hidden(one: Traffic, before: Iterable[Traffic]) -> Iterator[tuple[HttpRule, HttpRule]]:
    """Yield the rules that no request reaches once they are merged behind others, each with the one that takes all."""
    taker = next((rule for other in before for rule in other.http if any(map(_takes_all, rule.matches))), None)
    if taker is not None:
        yield from ((rule, taker) for rule in one.http if all(is_catch_all(each.request) for each in rule.matches))


def _parts(rules: Iterable[HttpRule], *, whole: bool) -> Iterator[HttpRule]:
    """Yield the rules with those of their matches only that take every request, or do not."""
    for rule in rules:
        matches = tuple(one for one in rule.matches if is_catch_all(one.request) == whole)
        if matches:
            yield rule if len(matches) == len(rule.matches) else replace(rule, matches=matches)


def _takes_all(match: Match) -> bool:
    return is_catch_all(match.request) and match.where == EVERYWHERE
