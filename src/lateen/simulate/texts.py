"""Compare texts, headers and query parameters as Envoy's matchers do."""

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
