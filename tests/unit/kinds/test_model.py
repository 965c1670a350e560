import msgspec
import pytest

from lateen.kinds.model import Model, OpenModel, named


class Closed(Model, frozen=True, kw_only=True):
    two_words: str = ""
    ip: str = named("podIP", "")


class Tolerant(OpenModel, frozen=True, kw_only=True):
    two_words: str = ""


def test_names_are_camel_case_unless_named_otherwise():
    found = msgspec.convert({"twoWords": "a", "podIP": "b"}, Closed)
    assert (found.two_words, found.ip) == ("a", "b")


def test_only_open_models_tolerate_unknown_fields():
    assert msgspec.convert({"other": 1}, Tolerant) == Tolerant()
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"other": 1}, Closed)


def test_models_are_frozen():
    with pytest.raises(AttributeError):
        Closed().ip = "x"
