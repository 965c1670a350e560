import pytest


@pytest.mark.parametrize("value", ["a", "/a//b", "/a/./b", "/a/../b", "/a%2Fb", "/a#b", "/a/..", "/a/.", "/a b"])
def test_a_path_is_absolute_and_plain(paths, value):
    found = paths("HTTPRoute", {"rules": [{"matches": [{"path": {"value": value}}]}]})
    assert set(found) == {"spec.rules[0].matches[0].path.value"}
    assert paths("HTTPRoute", {"rules": [{"matches": [{"path": {"type": "RegularExpression", "value": value}}]}]}) == []


def test_a_header_and_a_parameter_are_matched_once(paths):
    one = {"name": "a", "value": "1"}
    found = paths("HTTPRoute", {"rules": [{"matches": [{"headers": [one, one], "queryParams": [one, one]}]}]})
    assert found == ["spec.rules[0].matches[0].headers[1]", "spec.rules[0].matches[0].queryParams[1]"]
