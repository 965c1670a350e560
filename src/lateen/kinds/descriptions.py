"""Read what the models' own docstrings say of structs and fields, for `kubectl explain`.

A struct's docstring may end in a section of lines `field: text.`, one for each field it tells of, behind an empty
line; a line that names no field continues the one before. Everything above is of the struct itself. Names are
written as in Python and shown as in the API; None is what is not set.
"""

import re
import sys
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Any, NamedTuple

from msgspec import structs

_FIELD = re.compile(r"(\w+): +(\S.*)")
_NAME = re.compile(r"`(\w+)`")


class Description(NamedTuple):
    """What is said of a struct, and of its fields by their names in the API."""

    text: str
    fields: Mapping[str, str]


@cache
def description(model: type[Any]) -> Description:
    """What a struct's docstring says; nothing where there is none (or Python was told to leave them out)."""
    names = {field.name: field.encode_name for field in structs.fields(model)}
    own = model.__dict__.get("__doc__") or ""
    head, fields = _split(cleandoc(own), names)
    return Description(_shown(head, names), {names[name]: _shown(text, names) for name, text in fields.items()})


def kind_description(model: type[Any]) -> str:
    """What a kind is for: the first line of its module, without the kind's name before it."""
    text = (sys.modules[model.__module__].__doc__ or "").partition("\n")[0]
    _, colon, rest = text.partition(f"{model.__name__}: ")
    return rest[:1].upper() + rest[1:] if colon else text


def _split(text: str, names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Split a docstring into what is of the struct, and the lines of each field."""
    head: list[str] = []
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        found = _FIELD.fullmatch(line)
        if found and found[1] in names:
            last = found[1]
            fields[last] = found[2]
        elif last and line.strip():
            fields[last] += f" {line.strip()}"
        elif not last:
            head.append(line)
    return " ".join(" ".join(head).split()), fields


def _shown(text: str, names: Mapping[str, str]) -> str:
    """Write fields' names as users do."""
    return _NAME.sub(lambda found: f"`{names.get(found[1], found[1])}`", text)
