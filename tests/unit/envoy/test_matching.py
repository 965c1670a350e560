import pytest

from lateen.envoy.matching import match
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.proto.descriptors import message


def matched(**plan):
    target = message("envoy.config.route.v3.RouteMatch")()
    match(target, RouteMatch(**plan))
    return target


@pytest.mark.parametrize(
    ("plan", "field", "value"),
    [
        (None, "prefix", "/"),
        (StringMatch("exact", "/a"), "path", "/a"),
        (StringMatch("prefix", "/a"), "prefix", "/a"),
        (StringMatch("path_prefix", "/a"), "path_separated_prefix", "/a"),
        (StringMatch("path_prefix", "/a/"), "path_separated_prefix", "/a"),
        (StringMatch("path_prefix", "/"), "prefix", "/"),
        (StringMatch("present"), "prefix", "/"),
    ],
)
def test_paths(plan, field, value):
    found = matched(path=plan)
    assert found.WhichOneof("path_specifier") == field
    assert getattr(found, field) == value
    assert not found.HasField("case_sensitive")


def test_regular_paths_are_re2():
    assert matched(path=StringMatch("regex", "/v[0-9]+")).safe_regex.regex == "/v[0-9]+"
    assert matched(path=StringMatch("regex", "/v", ignore_case=True)).safe_regex.regex == "(?i)/v"
    assert matched(path=StringMatch("suffix", ".js")).safe_regex.regex == r".*\.js"


def test_case_may_be_ignored():
    found = matched(path=StringMatch("prefix", "/a", ignore_case=True))
    assert found.HasField("case_sensitive") and not found.case_sensitive.value


def test_headers():
    exact, present, regex = matched(
        headers=(
            NamedMatch("x-a", StringMatch("exact", "1", ignore_case=True)),
            NamedMatch(":method", StringMatch("present")),
            NamedMatch("x-c", StringMatch("regex", "a.*", ignore_case=True)),
        )
    ).headers
    assert (exact.string_match.exact, exact.string_match.ignore_case) == ("1", True)
    assert present.present_match and not present.invert_match
    assert regex.string_match.safe_regex.regex == "(?i)a.*" and not regex.string_match.ignore_case


def test_without_a_value_takes_requests_that_lack_the_header():
    value, header = matched(
        headers=(
            NamedMatch("x-a", StringMatch("exact", "1"), invert=True),
            NamedMatch("x-b", StringMatch("present"), invert=True),
        )
    ).headers
    assert value.invert_match and value.treat_missing_header_as_empty
    assert header.invert_match and header.present_match and not header.treat_missing_header_as_empty


def test_query_parameters():
    text, present = matched(
        query=(
            NamedMatch("a", StringMatch("suffix", "z")),
            NamedMatch("b", StringMatch("present")),
        )
    ).query_parameters
    assert (text.name, text.string_match.suffix) == ("a", "z")
    assert present.present_match
