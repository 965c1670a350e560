import pytest

from lateen.base.foreign_json import read_json


def test_what_is_json_is_read() -> None:
    assert read_json(b'{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize("text", ["", "x", b"\xff", "[" * 100_000, '{"a":' * 100_000, "9" * 5000])
def test_nothing_else_breaks_the_reader(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        read_json(text)
