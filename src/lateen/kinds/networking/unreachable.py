"""Find HTTP rules that no request ever reaches."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.kinds.networking.string_match import StringMatch


def unreachable_rules(rules: Sequence[HTTPRoute]) -> Iterator[Fault]:
    """Warn of rules behind one that takes every request, and of matches behind a prefix that takes theirs."""
    prefixes: tuple[str, ...] = ()
    for index, rule in enumerate(rules):
        for position, match in enumerate(rule.match):
            prefix = match.uri.prefix if match.uri is not None else None
            if prefix and prefixes and prefix.startswith(prefixes):
                path = f"spec.http[{index}].match[{position}]"
                yield Fault(path, f'"{prefix}" is never reached: an earlier prefix takes it', "", "warning")
            elif prefix and _is_bare(match):
                prefixes = (*prefixes, prefix)
        if index + 1 < len(rules) and _takes_all(rule):
            message = f"is never reached: spec.http[{index}] takes every request"
            yield Fault(f"spec.http[{index + 1}]", message, "move it up", "warning")
            return


def _is_bare(match: HTTPMatchRequest) -> bool:
    """Say whether nothing but the path's prefix must hold."""
    assert match.uri is not None
    return match == HTTPMatchRequest(
        uri=StringMatch(prefix=match.uri.prefix), name=match.name, stat_prefix=match.stat_prefix
    )


def _takes_all(rule: HTTPRoute) -> bool:
    return not rule.match or any(match.is_everything for match in rule.match)
