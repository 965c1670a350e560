import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.kinds.durations import duration_faults, nanoseconds

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10s", 10 * SECOND), ("1.5s", 3 * SECOND // 2), ("1h30m", 5400 * SECOND), ("250ms", SECOND // 4),
        ("0s", 0), ("0", 0), ("-1s", -SECOND), ("0.000000001s", 1), (".5s", SECOND // 2),
    ],
)  # fmt: skip
def test_durations_are_read_exactly(text, value):
    assert nanoseconds(text) == value


@pytest.mark.parametrize("text", ["", "10", "s", "10 s", "10d", "1s2", "--1s", "ten"])
def test_what_is_no_duration_is_none(text):
    assert nanoseconds(text) is None
    assert [fault.path for fault in duration_faults("p", text)] == ["p"]


@pytest.mark.parametrize("text", ["1ms", "30s", "1h", None])
def test_whole_milliseconds_are_accepted(text):
    assert list(duration_faults("p", text)) == []


@pytest.mark.parametrize("text", ["0s", "0.0005s", "-1s", "30.000000005s"])
def test_too_short_and_too_fine_are_refused(text):
    assert len(list(duration_faults("p", text))) == 1


def test_zero_is_accepted_where_it_means_something():
    assert list(duration_faults("p", "0s", zero=True)) == []


def test_where_seconds_are_whole_nothing_finer_is_accepted():
    assert list(duration_faults("p", "45s", whole_seconds=True)) == []
    assert len(list(duration_faults("p", "1.001s", whole_seconds=True))) == 1


@given(st.integers(0, 10**12))
def test_any_number_of_milliseconds_reads_back(count):
    assert nanoseconds(f"{count}ms") == count * 1_000_000
