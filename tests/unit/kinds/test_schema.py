from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from lateen.kinds.model import Int32, Model, OpenModel, Percent
from lateen.kinds.schema import UNKNOWN_FIELD, encoded_names, faults, read


class Part(Model, frozen=True, kw_only=True):
    host: str
    weight: Int32 = 0


class Loose(OpenModel, frozen=True, kw_only=True):
    known: str = ""


class Whole(Model, frozen=True, kw_only=True):
    parts: tuple[Part, ...] = ()
    by_name: Mapping[str, Part] = {}
    labels: Mapping[str, str] = {}
    mode: Literal["SIMPLE", "MUTUAL"] = "SIMPLE"
    share: Percent | None = None
    port: int | str = 0
    on: bool = False
    loose: Loose | None = None
    anything: Any = None
    few: Annotated[tuple[Part, ...], Meta(max_length=1)] = ()
    when: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] = ""


def said(raw):
    return [(fault.path, fault.message) for fault in faults(Whole, raw)]


def test_what_fits_has_no_faults():
    raw = {
        "parts": [{"host": "a", "weight": 1.0}],
        "byName": {"x": {"host": "b"}},
        "mode": "MUTUAL",
        "share": 5,
        "port": "http",
        "on": True,
        "anything": [{}],
    }
    assert said(raw) == []
    assert msgspec.convert(read(Whole, raw).cleaned, Whole).parts[0].weight == 1


def test_every_fault_is_found_with_its_path():
    raw = {
        "parts": [{"weight": "x"}, 5, {"host": "a", "hots": 1}],
        "byName": {"a.b": {"host": 1}},
        "mode": "SIMPEL",
        "share": 101,
        "port": [],
        "on": "yes",
    }
    assert said(raw) == [
        ("parts[0].weight", "must be a number, not text"),
        ("parts[0].host", "is required"),
        ("parts[1]", "must be a map, not a number"),
        ("parts[2].hots", UNKNOWN_FIELD),
        ('byName["a.b"].host', "must be text, not a number"),
        ("mode", '"SIMPEL" is none of MUTUAL, SIMPLE'),
        ("share", "101.0 is out of range: 0 to 100"),
        ("port", "must be a number or text"),
        ("on", "must be true or false, not text"),
    ]


def test_misspelt_names_and_values_are_guessed():
    found = faults(Whole, {"part": [], "mode": "MUTAL"})
    assert [fault.fix for fault in found] == ['did you mean "parts"?', 'did you mean "MUTUAL"?']


def test_a_number_where_text_belongs_wants_quotes():
    assert faults(Whole, {"labels": {"version": 1}})[0].fix == "put it in quotes"


def test_null_is_absent_but_never_an_empty_condition():
    assert said({"parts": None, "mode": None, "labels": {"a": None}}) == []
    assert said({"byName": {"x": None}}) == [("byName.x", "must be a map, not nothing")]
    assert said({"parts": [None]}) == [("parts[0]", "must be a map, not nothing")]


def test_an_open_model_tolerates_more_unless_asked_strictly():
    raw = {"loose": {"new": 1}}
    assert read(Whole, raw).faults == []
    assert [fault.path for fault in read(Whole, raw, strict=True).faults] == ["loose.new"]


def test_what_is_left_can_still_be_decoded():
    reading = read(Whole, {"parts": [{"weight": 5}, "x"], "mode": 1, "nonsense": 2})
    assert msgspec.convert(reading.cleaned, Whole) == Whole(parts=(Part(host="", weight=5), Part(host="")))
    assert reading.doubtful == ["parts[0].host", "parts[1]", "mode"]


def test_a_value_that_is_no_map_at_all_is_told():
    assert said([]) == [("", "must be a map, not a list")]


@pytest.mark.parametrize("value", [True, 2**31, 1.5])
def test_integers_are_whole_and_fit(value):
    assert len(said({"parts": [{"host": "a", "weight": value}]})) == 1


def test_field_names_are_those_of_the_api():
    assert encoded_names(Part) == ("host", "weight")


def test_a_list_that_is_too_long_is_left_out_whole():
    part = {"host": "a"}
    reading = read(Whole, {"few": [part, part], "when": "now"})
    assert [(fault.path, fault.message) for fault in reading.faults] == [("few", "holds too many: 2, at most 1")]
    assert msgspec.convert(reading.cleaned, Whole) == Whole(when="now")


def test_a_type_with_a_format_is_read_like_one_without():
    assert said({"when": 1}) == [("when", "must be text, not a number")]
