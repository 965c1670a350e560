from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from lateen.kinds.model import Int32, Model, OpenModel, Percent, Uint32
from lateen.kinds.networking.virtual_service import VirtualService
from lateen.kinds.openapi_schema import Components, whole_schema


class Inner(OpenModel, frozen=True, kw_only=True):
    """What is within."""

    text: str = ""


class Outer(Model, frozen=True, kw_only=True):
    """All types that models use.

    inner_one: the first.
    """

    needed: str
    small: Int32 = 0
    count: Uint32 | None = None
    share: Percent = 0.0
    on: bool = False
    mode: Literal["B", "A"] = "A"
    port: int | str | None = None
    anything: Any = None
    free: Mapping[str, Any] = {}
    labels: Annotated[Mapping[str, str], Meta(max_length=4)] = {}
    name: Annotated[str, Meta(min_length=1, max_length=8, pattern="^a")] = "a"
    when: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] = ""
    inner_one: Inner | None = None
    inner_many: Annotated[tuple[Inner, ...], Meta(max_length=2)] = ()


PROPERTIES = whole_schema(Outer)["properties"]


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        ("needed", {"type": "string"}),
        ("small", {"type": "integer", "format": "int32"}),
        ("count", {"type": "integer", "minimum": 0, "maximum": 4294967295}),
        ("share", {"type": "number", "format": "double", "minimum": 0, "maximum": 100}),
        ("on", {"type": "boolean"}),
        ("mode", {"type": "string", "enum": ["A", "B"]}),
        ("port", {"x-kubernetes-int-or-string": True}),
        ("anything", {"x-kubernetes-preserve-unknown-fields": True}),
        ("free", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
        ("labels", {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 4}),
        ("name", {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^a"}),
        ("when", {"type": "string", "format": "date-time"}),
    ],
)
def test_a_type_has_its_schema(field: str, schema: dict[str, Any]) -> None:
    assert PROPERTIES[field] == schema


def test_an_open_struct_keeps_what_it_does_not_name_and_a_closed_one_does_not() -> None:
    assert PROPERTIES["innerOne"]["x-kubernetes-preserve-unknown-fields"] is True
    assert "x-kubernetes-preserve-unknown-fields" not in whole_schema(Outer)
    assert whole_schema(Outer)["required"] == ["needed"]


def test_a_field_is_described_by_itself_or_by_its_struct() -> None:
    assert PROPERTIES["innerOne"]["description"] == "the first."
    assert PROPERTIES["innerMany"]["items"]["description"] == "What is within."
    assert PROPERTIES["innerMany"]["maxItems"] == 2


def test_components_hold_each_struct_once_and_refer_to_it() -> None:
    components = Components(lambda model: f"test.{model.__name__}")
    schema = components.add(Outer)
    reference = {"$ref": "#/components/schemas/test.Inner"}
    assert list(components.schemas) == ["test.Inner", "test.Outer"] and components.schemas["test.Outer"] is schema
    assert schema["properties"]["innerOne"] == {"allOf": [reference], "description": "the first."}
    assert schema["properties"]["innerMany"]["items"] == reference


def test_two_structs_of_one_name_in_a_document_are_refused() -> None:
    components = Components(lambda model: "same")
    with pytest.raises(TypeError, match="Inner"):
        components.add(Outer)


def test_an_object_is_described_by_its_kind() -> None:
    schema = whole_schema(VirtualService)
    assert schema["description"] == "How requests to hosts are routed."
    assert "namespace" in schema["properties"]["metadata"]["description"]
