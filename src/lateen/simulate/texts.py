"""Compare texts, headers and query parameters as Envoy's matchers do."""

from collections.abc import Mapping
from typing import Any

import re2


def text_matches(matcher: Any, text: str) -> bool:
    """Say whether an envoy.type.matcher.v3.StringMatcher takes `text`."""
    kind = matcher.WhichOneof("match_pattern")
    if kind == "safe_regex":
        return re2.fullmatch(matcher.safe_regex.regex, text) is not None
    wanted: str = getattr(matcher, kind) if kind else ""
    if matcher.ignore_case:
        wanted, text = wanted.lower(), text.lower()
    match kind:
        case "exact":
            return text == wanted
        case "prefix":
            return text.startswith(wanted)
        case "suffix":
            return text.endswith(wanted)
        case "contains":
            return wanted in text
    return False


def header_matches(matcher: Any, value: str | None) -> bool:
    """Say whether an envoy.config.route.v3.HeaderMatcher takes a header's value, None when it is absent."""
    kind = matcher.WhichOneof("header_match_specifier")
    if value is None and matcher.treat_missing_header_as_empty:
        value = ""
    if kind in (None, "present_match"):
        wanted = matcher.present_match if kind else True
        return bool(((value is not None) == wanted) != matcher.invert_match)
    if value is None:  # an absent header has no value to be compared, not even turned round
        return False
    return bool(_value_matches(matcher, kind, value) != matcher.invert_match)


def _value_matches(matcher: Any, kind: str, value: str) -> bool:
    match kind:
        case "string_match":
            return text_matches(matcher.string_match, value)
        case "range_match":
            digits = value.lstrip("-").isdigit()
            return digits and int(value) in range(matcher.range_match.start, matcher.range_match.end)
    return False


def parameter_matches(matcher: Any, value: str | None) -> bool:
    """Say whether an envoy.config.route.v3.QueryParameterMatcher takes a value, None when it is absent."""
    if value is None:
        return False
    if matcher.WhichOneof("query_parameter_match_specifier") == "string_match":
        return text_matches(matcher.string_match, value)
    return True


def metadata_matches(matcher: Any, metadata: Mapping[str, Any]) -> bool:
    """Say whether an envoy.type.matcher.v3.MetadataMatcher takes what filters found out, by filter."""
    found: Any = metadata.get(matcher.filter, {})
    for segment in matcher.path:
        found = found.get(segment.key) if isinstance(found, Mapping) else None
    return bool((found is not None and _found_matches(matcher.value, found)) != matcher.invert)


def _found_matches(matcher: Any, found: Any) -> bool:
    match matcher.WhichOneof("match_pattern"):
        case "string_match":
            return isinstance(found, str) and text_matches(matcher.string_match, found)
        case "list_match":
            return isinstance(found, list) and any(_found_matches(matcher.list_match.one_of, one) for one in found)
        case "or_match":
            return any(_found_matches(one, found) for one in matcher.or_match.value_matchers)
    return False
