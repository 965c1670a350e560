from lateen.kinds.regexes import regex_error, regex_faults


def test_re2_is_accepted():
    assert regex_error("^/service/([^/]+)(/.*)$") == ""
    assert list(regex_faults("p", ".*")) == []


def test_what_re2_cannot_do_is_refused_with_the_reason():
    (fault,) = regex_faults("p", "(?=x)")
    assert "look-around" in fault.fix
    assert len(list(regex_faults("p", "["))) == 1


def test_an_empty_pattern_is_refused():
    assert len(list(regex_faults("p", ""))) == 1
