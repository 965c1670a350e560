"""Which requests a route takes: path, headers and query parameters."""

from typing import Any

from lateen.plan.matching import ClaimMatch, NamedMatch, RouteMatch, StringMatch, escape

# Where the filter that checks tokens leaves what they say.
TOKENS, PAYLOAD = "envoy.filters.http.jwt_authn", "payload"


def match(target: Any, plan: RouteMatch) -> None:
    """Fill an envoy.config.route.v3.RouteMatch."""
    _path(target, plan.path or StringMatch("prefix", "/"))
    for each in plan.headers:
        header(target.headers.add(), each)
    for parameter in plan.query:
        added = target.query_parameters.add(name=parameter.name)
        if parameter.match.kind == "present":
            added.present_match = True
        else:
            text(added.string_match, parameter.match)
    for claim in plan.claims:
        _claim(target.dynamic_metadata.add(), claim)


def _claim(target: Any, plan: ClaimMatch) -> None:
    """Fill an envoy.type.matcher.v3.MetadataMatcher: a text, or a list with one."""
    target.filter, target.invert = TOKENS, plan.invert
    for key in (PAYLOAD, *plan.path):
        target.path.add(key=key)
    ways = target.value.or_match.value_matchers
    text(ways.add().string_match, plan.match)
    text(ways.add().list_match.one_of.string_match, plan.match)


def text(target: Any, plan: StringMatch) -> None:
    """Fill an envoy.type.matcher.v3.StringMatcher."""
    match plan.kind:
        case "exact":
            target.exact = plan.value
        case "prefix" | "path_prefix":
            target.prefix = plan.value
        case "suffix":
            target.suffix = plan.value
        case "regex" | "present":
            target.safe_regex.regex = _insensitive(plan)
            return
    target.ignore_case = plan.ignore_case


def _path(target: Any, plan: StringMatch) -> None:
    if plan.ignore_case and plan.kind != "regex":
        target.case_sensitive.value = False
    prefix = plan.value.rstrip("/")
    match plan.kind:
        case "exact":
            target.path = plan.value
        case "path_prefix" if prefix:
            target.path_separated_prefix = prefix
        case "path_prefix" | "present":
            target.prefix = "/"
        case "prefix":
            target.prefix = plan.value
        case "suffix":
            target.safe_regex.regex = ".*" + escape(plan.value)
        case "regex":
            target.safe_regex.regex = _insensitive(plan)


def header(target: Any, plan: NamedMatch) -> None:
    """Fill an envoy.config.route.v3.HeaderMatcher."""
    target.name = plan.name
    target.invert_match = plan.invert
    if plan.match.kind == "present":
        target.present_match = True
        return
    # A header that is absent does not have the value: "without" must take such a request.
    target.treat_missing_header_as_empty = plan.invert
    text(target.string_match, plan.match)


def _insensitive(plan: StringMatch) -> str:
    return "(?i)" + plan.value if plan.ignore_case else plan.value
