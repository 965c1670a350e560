"""A secret comes out only where it is asked for by name."""

import json
import logging
import pickle

import pytest

from lateen.base.redacted import Redacted

SECRET = Redacted(b"hunter2")


def test_only_reveal_gives_the_secret_out() -> None:
    assert SECRET.reveal() == b"hunter2"


@pytest.mark.parametrize(
    "shown",
    [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET:>20}", f"{SECRET!r}", str([SECRET]), str({"key": SECRET})],
)
def test_printed_in_any_way_it_says_redacted(shown: str) -> None:
    assert "[redacted]" in shown
    assert "hunter2" not in shown


def test_a_log_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("token %s %r", SECRET, SECRET)
    assert "hunter2" not in caplog.text


def test_it_is_neither_pickled_nor_written_as_json() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(SECRET)
    with pytest.raises(TypeError):
        json.dumps(SECRET)


def test_it_has_no_attributes_for_dumps_to_find() -> None:
    assert not hasattr(SECRET, "__dict__")


def test_equal_secrets_are_equal_and_hash_alike() -> None:
    assert Redacted(b"hunter2") == SECRET
    assert hash(Redacted(b"hunter2")) == hash(SECRET)
    assert Redacted(b"other") != SECRET
    assert SECRET != b"hunter2"
