"""Put together the environment of a container: literal values, references, and $(NAME) in them."""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lateen.base.errors import LateenError
from lateen.runtime.fields import field_value, resource_value

# Finds an object of the pod's namespace by kind ("ConfigMap", "Secret") and name; None: there is none.
Lookup = Callable[[str, str], Awaitable[Mapping[str, Any] | None]]

_VARIABLE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")


class MissingReference(LateenError):
    """A pod refers to a ConfigMap, a Secret or a key that is not there (yet)."""


async def environment(
    container: Mapping[str, Any], pod: Mapping[str, Any], lookup: Lookup, base: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables of `container` over `base` (the image's own). Raises MissingReference."""
    env = dict(base)
    for source in container.get("envFrom") or ():
        env |= await _all_of(source, lookup)
    for item in container.get("env") or ():
        value = await _value(item, container, pod, lookup)
        if value is not None:
            env[item["name"]] = expand(value, env) if "value" in item else value
    return env


def expand(text: str, env: Mapping[str, str]) -> str:
    """Replace $(NAME) by its value in `env`; `$$` is a dollar sign; an unknown name stands as written."""
    return _VARIABLE.sub(lambda match: "$" if match[0] == "$$" else env.get(match[1], match[0]), text)


def contents(kind: str, found: Mapping[str, Any]) -> dict[str, bytes]:
    """All keys of a ConfigMap or Secret with their bytes."""
    if kind == "Secret":
        return {key: base64.b64decode(value) for key, value in (found.get("data") or {}).items()}
    text = {key: value.encode() for key, value in (found.get("data") or {}).items()}
    return text | {key: base64.b64decode(value) for key, value in (found.get("binaryData") or {}).items()}


async def fetch(kind: str, reference: Mapping[str, Any], lookup: Lookup) -> dict[str, bytes] | None:
    """Contents of the object that `reference` names; None when it is missing and optional."""
    found = await lookup(kind, reference["name"])
    if found is not None:
        return contents(kind, found)
    if reference.get("optional"):
        return None
    raise MissingReference(f'{kind.lower()} "{reference["name"]}" not found')


async def _all_of(source: Mapping[str, Any], lookup: Lookup) -> dict[str, str]:
    kind, field = ("ConfigMap", "configMapRef") if "configMapRef" in source else ("Secret", "secretRef")
    found = await fetch(kind, source[field], lookup) or {}
    return {source.get("prefix", "") + key: value.decode(errors="replace") for key, value in found.items()}


async def _value(
    item: Mapping[str, Any], container: Mapping[str, Any], pod: Mapping[str, Any], lookup: Lookup
) -> str | None:
    source = item.get("valueFrom")
    if not source:
        return str(item.get("value") or "")
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"]["fieldPath"])
    if "resourceFieldRef" in source:
        reference = source["resourceFieldRef"]
        return resource_value(container, reference["resource"], reference.get("divisor", "1"))
    kind, field = ("ConfigMap", "configMapKeyRef") if "configMapKeyRef" in source else ("Secret", "secretKeyRef")
    return await _key(kind, source[field], lookup)


async def _key(kind: str, reference: Mapping[str, Any], lookup: Lookup) -> str | None:
    found = await fetch(kind, reference, lookup)
    if found is None or (reference["key"] not in found and reference.get("optional")):
        return None
    if reference["key"] not in found:
        raise MissingReference(f'key "{reference["key"]}" not found in {kind.lower()} "{reference["name"]}"')
    return found[reference["key"]].decode(errors="replace")
