"""Which of several matches counts for a request that all of them take: the more particular one, whoever wrote it.

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (matches)
"""

from collections.abc import Iterable

from msgspec.structs import replace

from lateen.plan.matching import RouteMatch
from lateen.planner.http_rule import HttpRule

_KINDS = {"exact": 0, "prefix": 1, "path_prefix": 1, "regex": 2}
_METHOD = ":method"


def in_order(rules: Iterable[HttpRule]) -> tuple[HttpRule, ...]:
    """Put the matches of rules in the order in which they count, each with its rule; among equals the first of `rules`
    stays first."""
    single = (replace(rule, matches=(match,)) for rule in rules for match in rule.matches)
    return tuple(sorted(single, key=lambda rule: precedence(rule.matches[0].request)))


def precedence(match: RouteMatch) -> tuple[int, int, bool, int, int]:
    """Sort key: a whole path, then the longest prefix, then an expression; then a method; then the most headers, and
    the most query parameters."""
    path = match.path
    kind = _KINDS.get(path.kind, 2) if path else 1
    length = len(path.value) if path else 1
    methods = [one for one in match.headers if one.name == _METHOD]
    return (kind, -length, not methods, len(methods) - len(match.headers), -len(match.query))
