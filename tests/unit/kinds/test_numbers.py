import pytest

from lateen.kinds.numbers import count_faults, percent_faults, port_faults


@pytest.mark.parametrize(("number", "faults"), [(1, 0), (65535, 0), (0, 1), (65536, 1), (-1, 1)])
def test_ports_are_1_to_65535(number, faults):
    assert len(list(port_faults("p", number))) == faults


@pytest.mark.parametrize(("value", "faults"), [(0, 0), (100.0, 0), (None, 0), (100.1, 1), (-1, 1)])
def test_percentages_are_0_to_100(value, faults):
    assert len(list(percent_faults("p", value))) == faults


def test_counts_are_not_negative():
    assert list(count_faults("p", 0)) == []
    assert len(list(count_faults("p", -1))) == 1
