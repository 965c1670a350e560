"""The ground all models stand on: frozen structs with camelCase fields, and the number types of the APIs."""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct, field

T = TypeVar("T")

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Uint32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
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
