import pytest

from lateen.proto.descriptors import message
from lateen.simulate.texts import header_matches, parameter_matches, text_matches

Text = message("envoy.type.matcher.v3.StringMatcher")
Header = message("envoy.config.route.v3.HeaderMatcher")
Parameter = message("envoy.config.route.v3.QueryParameterMatcher")


@pytest.mark.parametrize(
    ("matcher", "yes", "no"),
    [
        ({"exact": "a"}, "a", "A"),
        ({"exact": "a", "ignore_case": True}, "A", "b"),
        ({"prefix": "a"}, "ab", "ba"),
        ({"suffix": "a"}, "ba", "ab"),
        ({"contains": "a"}, "bab", "b"),
        ({"safe_regex": {"regex": "a+"}}, "aa", "aab"),
    ],
)
def test_texts_are_compared_as_said(matcher, yes, no):
    assert text_matches(Text(**matcher), yes) and not text_matches(Text(**matcher), no)


def test_a_header_is_there_or_not():
    assert header_matches(Header(name="a", present_match=True), "") and not header_matches(Header(name="a"), None)
    assert header_matches(Header(name="a", present_match=True, invert_match=True), None)


def test_an_absent_header_is_not_compared_unless_it_counts_as_empty():
    without = {"name": "a", "string_match": {"exact": "v"}, "invert_match": True}
    assert not header_matches(Header(**without), None)
    assert header_matches(Header(**without, treat_missing_header_as_empty=True), None)
    assert header_matches(Header(**without), "w") and not header_matches(Header(**without), "v")


def test_numbers_in_a_range():
    ranged = Header(name="a", range_match={"start": 1, "end": 3})
    assert header_matches(ranged, "2") and not header_matches(ranged, "3") and not header_matches(ranged, "x")


def test_query_parameters():
    assert parameter_matches(Parameter(name="a", present_match=True), "")
    assert parameter_matches(Parameter(name="a", string_match={"exact": "v"}), "v")
    assert not parameter_matches(Parameter(name="a", string_match={"exact": "v"}), None)
