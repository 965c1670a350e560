import pytest

from lateen.registry.durations import milliseconds


@pytest.mark.parametrize(
    ("text", "found"),
    [("10s", 10_000), ("0.5s", 500), ("1h2m3s", 3_723_000), ("250ms", 250), ("1us", 1), ("0s", 0)],
)
def test_durations_are_read_in_milliseconds(text, found):
    assert milliseconds(text) == found


def test_nothing_and_nonsense_give_the_default():
    assert [milliseconds(text, 7) for text in ("", None, "soon", "5", "5s!")] == [7] * 5
