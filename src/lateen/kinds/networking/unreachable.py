"""Find HTTP rules that no request ever reaches."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.kinds.networking.string_match import StringMatch


def unreachable_rules(rules: Sequence[HTTPRoute]) -> Iterator[Fault]:
    """Warn of matches behind a prefix that takes their requests, and of rules behind one that takes all."""
    prefixes: dict[str, int] = {}
    for index, rule in enumerate(rules):
        for position, match in enumerate(rule.match):
            prefix = match.uri.prefix if match.uri is not None else None
            taker = next((rule for earlier, rule in prefixes.items() if prefix and prefix.startswith(earlier)), None)
            if taker is not None:
                message = f'"{prefix}" is never reached: spec.http[{taker}] has a shorter prefix, and takes it'
                path = f"spec.http[{index}].match[{position}]"
                yield Fault(path, message, "move it up", "warning", code="IST0131")
            elif prefix and _only_prefix(match) == prefix:
                prefixes[prefix] = index
        if index + 1 < len(rules) and _takes_all(rule):
            message = f"is never reached: spec.http[{index}] takes every request"
            yield Fault(f"spec.http[{index + 1}]", message, "move it up", "warning", code="IST0130")
            return


def _takes_all(rule: HTTPRoute) -> bool:
    return not rule.match or any(_only_prefix(match) in ("", "/") for match in rule.match)


def _only_prefix(match: HTTPMatchRequest) -> str | None:
    """The path's prefix when nothing else must hold, "" when nothing must hold at all; else None."""
    prefix = match.uri.prefix if match.uri is not None else ""
    if prefix is None:
        return None
    bare = HTTPMatchRequest(name=match.name, stat_prefix=match.stat_prefix, uri=match.uri)
    return prefix if match == bare and match.uri in (None, StringMatch(prefix=prefix)) else None
