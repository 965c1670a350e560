from lateen.kinds.networking.string_match import StringMatch, match_faults


def paths(match, **kwargs):
    return [fault.path for fault in match_faults("p", match, **kwargs)]


def test_one_way_of_comparing_or_none():
    assert paths(StringMatch()) == []
    assert paths(StringMatch(exact="")) == []
    assert paths(StringMatch(exact="a", regex="b")) == ["p"]


def test_an_empty_prefix_means_something_for_paths_only():
    assert paths(StringMatch(prefix="")) == ["p.prefix"]
    assert paths(StringMatch(prefix=""), empty_prefix=True) == []


def test_expressions_are_checked():
    assert paths(StringMatch(regex="[")) == ["p.regex"]
