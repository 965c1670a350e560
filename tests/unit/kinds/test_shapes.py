from collections.abc import Mapping
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct
from msgspec.inspect import type_info

from lateen.kinds.shapes import blank, expected, limit_error, python_type, size_error


class Needs(Struct):
    name: str
    count: Annotated[int, Meta(ge=1)]
    other: str = "x"


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (str, ""),
        (bool, False),
        (Annotated[int, Meta(ge=1)], 1),
        (float, 0),
        (tuple[str, ...], []),
        (Annotated[tuple[str, ...], Meta(min_length=1)], [""]),
        (Annotated[str, Meta(extra_json_schema={"format": "date-time"})], ""),
        (Mapping[str, str], {}),
        (Literal["A"], "A"),
        (Needs, {"name": "", "count": 1}),
        (Needs | None, {"name": "", "count": 1}),
    ],
)
def test_a_blank_satisfies_its_type(type_, value):
    assert blank(type_info(type_)) == value


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (str, "text"),
        (int, "a number"),
        (Needs, "a map"),
        (tuple[int, ...], "a list"),
        (Literal["A", "B"], "one of A, B"),
    ],
)
def test_types_are_named_for_people(type_, words):
    assert expected(type_info(type_)) == words


@pytest.mark.parametrize(
    ("type_", "value", "error"),
    [
        (Annotated[int, Meta(ge=0, le=9)], 10, "10 is out of range: 0 to 9"),
        (Annotated[int, Meta(ge=1)], 0, "0 is out of range: at least 1"),
        (Annotated[float, Meta(le=1)], 2.0, "2.0 is out of range: at most 1"),
        (Annotated[str, Meta(max_length=2)], "abc", "is too long: 3 characters, at most 2"),
        (Annotated[str, Meta(min_length=1)], "", "may not be empty"),
        (Annotated[str, Meta(pattern="^a")], "b", '"b" does not match ^a'),
        (str, "anything", ""),
    ],
)
def test_broken_limits_are_told(type_, value, error):
    assert limit_error(type_info(type_), value) == error


def test_only_scalars_have_a_class():
    assert python_type(type_info(bool)) is bool
    with pytest.raises(TypeError):
        python_type(type_info(Needs))


@pytest.mark.parametrize(
    ("type_", "value", "error"),
    [
        (Annotated[tuple[int, ...], Meta(max_length=1)], [1, 2], "holds too many: 2, at most 1"),
        (Annotated[Mapping[str, int], Meta(min_length=1)], {}, "holds too few: 0, at least 1"),
        (tuple[int, ...], [], ""),
    ],
)
def test_a_size_is_told_with_its_limit(type_, value, error):
    assert size_error(type_info(type_), value) == error
