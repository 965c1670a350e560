"""The ground all models stand on: frozen structs with camelCase fields, and the types of the APIs' values."""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct, field

from lateen.kinds.schema_rules import CelRule, stating

T = TypeVar("T")

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Uint32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
# A port that the schema bounds as Istio's does: by its type, then by a rule.
_IS_PORT = CelRule("self >= 1 && self <= 65535", "port must be between 1-65535")
Port = Annotated[int, Meta(ge=0, le=2**32 - 1, extra_json_schema=stating(_IS_PORT))]
_IS_DURATION = CelRule("duration(self) >= duration('1ms')", "must be a valid duration greater than 1ms")
Duration = Annotated[str, Meta(extra_json_schema=stating(_IS_DURATION))]
# RFC 3339, "" = not yet.
Timestamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Base64 = Annotated[str, Meta(extra_json_schema={"format": "byte"})]
Percent = Annotated[float, Meta(ge=0, le=100)]


class Model(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """A model that names every field there is: an unknown one is a fault.

    Models are trees without cycles, so the garbage collector need not look at them.
    """


class OpenModel(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A model of what we read; fields it does not name are allowed."""


def named(name: str, default: T) -> T:
    """Declare an optional field whose name in the API is no camelCase of its name in Python."""
    value: T = field(name=name, default=default)
    return value
