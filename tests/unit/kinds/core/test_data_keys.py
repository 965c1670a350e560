import pytest

from lateen.kinds.core.data_keys import key_faults


def test_file_names_are_keys():
    assert list(key_faults("data", ["a", "A.b-c_d"])) == []


@pytest.mark.parametrize("key", ["", "a/b", ".", "..", "a b", "x" * 254])
def test_other_text_is_no_key(key):
    assert len(list(key_faults("data", [key]))) == 1
