import pytest

from lateen.kinds.header_names import header_name_faults


@pytest.mark.parametrize("name", ["x-name", "X_Name", ":authority", "foo.bar"])
def test_header_names_are_accepted(name):
    assert list(header_name_faults("p", name)) == []


@pytest.mark.parametrize("name", ["", "::", 'a"b', "a b", "ä", ":"])
def test_what_is_no_header_name_is_refused(name):
    assert len(list(header_name_faults("p", name))) == 1
