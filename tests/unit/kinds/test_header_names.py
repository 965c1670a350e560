import pytest

from lateen.kinds.header_names import header_name_faults, header_value_faults


@pytest.mark.parametrize("name", ["x-name", "X_Name", ":authority", "foo.bar"])
def test_header_names_are_accepted(name):
    assert list(header_name_faults("p", name)) == []


@pytest.mark.parametrize("name", ["", "::", 'a"b', "a b", "ä", ":"])
def test_what_is_no_header_name_is_refused(name):
    assert len(list(header_name_faults("p", name))) == 1


@pytest.mark.parametrize("value", ["plain", "100%%", "%HOSTNAME%", "a %REQ(x-y?z):10% b", "%START_TIME(%s)%"])
def test_operators_and_doubled_percents_are_accepted(value):
    assert list(header_value_faults("p", value)) == []


@pytest.mark.parametrize("value", ["100%", "%START_TIME%%", "abc%123"])
def test_a_lone_percent_is_refused(value):
    assert len(list(header_value_faults("p", value))) == 1
