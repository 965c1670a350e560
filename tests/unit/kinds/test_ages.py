import pytest

from lateen.kinds.ages import age

START = "2026-01-01T00:00:00Z"
THEN = 1767225600.0


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"), (119, "119s"), (120, "2m"), (200, "3m20s"), (1_000, "16m"), (3 * 3600, "3h"),
        (4 * 3600 + 60, "4h1m"), (9 * 3600 + 60, "9h"), (49 * 3600, "2d1h"), (9 * 86_400, "9d"),
        (800 * 86_400, "2y70d"), (3_000 * 86_400, "8y"),
    ],
)  # fmt: skip
def test_ages_read_as_kubectl_prints_them(seconds, shown):
    assert age(START, THEN + seconds) == shown


def test_a_clock_behind_the_object_shows_zero():
    assert age(START, THEN - 60) == "0s"


def test_what_is_no_time_is_unknown():
    assert age("soon", THEN) == "<unknown>"
