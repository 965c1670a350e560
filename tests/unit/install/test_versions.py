import pytest

from lateen.install.versions import skew


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("1.2.3", "1.2.9", ""), ("1.2.3", "1.3.0", ""), ("1.2.3", "1.4.0", "more than one minor version before"),
        ("1.3.0", "1.2.9", "newer than 1.2.9"), ("1.9.0", "2.0.0", "more than one"), ("unknown", "1.0.0", ""),
    ],
)  # fmt: skip
def test_one_minor_version_at_a_time(before: str, after: str, said: str) -> None:
    assert said in skew(before, after) and bool(skew(before, after)) == bool(said)
