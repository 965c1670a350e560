"""Patches of finished objects: `overlays` of an IstioOperator, for what has no setting of its own.

https://istio.io/latest/docs/setup/additional-setup/customize-installation/#patching-the-output-manifest
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid

Raw = dict[str, Any]

_STEP = re.compile(r"\[(?:(?P<index>-?\d+)|(?P<key>[^:\]]*):(?P<value>[^\]]*))\]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def overlay_faults(overlays: Any, path: str) -> Iterator[Fault]:
    """Yield what is wrong with overlays wherever they are laid."""
    for number, one in enumerate(overlays if isinstance(overlays, list | tuple) else [overlays]):
        at = f"{path}[{number}]"
        if not isinstance(one, Mapping) or not one.get("kind") or not one.get("name"):
            yield Fault(at, "names no object", "give its kind and name")
            continue
        for index, patch in enumerate(one.get("patches") or ()):
            if not isinstance(patch, Mapping) or not isinstance(patch.get("path"), str):
                yield Fault(
                    f"{at}.patches[{index}]", "has no path", "as spec.template.spec.containers.[name:discovery].args"
                )


def overlaid(raw: Raw, overlays: Iterable[Mapping[str, Any]]) -> Raw:
    """Return an object with the patches that name it. Raises Invalid for a path that is not there."""
    named = [one for one in overlays if (one["kind"], one["name"]) == (raw["kind"], raw["metadata"]["name"])]
    if not named:
        return raw
    made = copy.deepcopy(raw)
    for patch in (patch for one in named for patch in one.get("patches") or ()):
        steps = [step for step in patch["path"].replace("\\.", "\0").split(".") if step]
        try:
            _patch(made, [step.replace("\0", ".") for step in steps], patch)
        except (KeyError, IndexError, TypeError, ValueError, StopIteration):
            subject = f"the overlay of {raw['kind']} {raw['metadata']['name']}"
            raise Invalid(subject, [Fault(patch["path"], "there is no such place in it")]) from None
    return made


def _patch(made: Any, steps: list[str], patch: Mapping[str, Any]) -> None:
    """Set what stands at the path, or remove it where the patch has no value; what is no place yet is made one."""
    *way, last = steps
    for step, following in zip(way, steps[1:], strict=True):
        at = _place(made, step)
        if isinstance(made, dict) and made.get(at) is None:
            made[at] = [] if _STEP.fullmatch(following) else {}
        made = made[at]
    at = _place(made, last)
    if "value" not in patch:
        del made[at]
    elif isinstance(made, list) and at == len(made):
        made.append(_value(patch["value"]))
    else:
        made[at] = _value(patch["value"])


def _place(made: Any, step: str) -> Any:
    """The name or the position that a step means: `[0]`, `[name:discovery]`, `[:text]`; `[-1]` is behind the last."""
    found = _STEP.fullmatch(step)
    if found is None:
        if not isinstance(made, dict):
            raise TypeError(step)
        return step
    if found["index"] is not None:
        index = int(found["index"])
        return len(made) if index < 0 else index
    key, value = found["key"], found["value"]
    return next(n for n, one in enumerate(made) if str(one.get(key) if key else one) == value)


def _value(value: Any) -> Any:
    """A text of several lines is YAML, as Istio reads it."""
    return yaml.load(value, Loader=_LOADER) if isinstance(value, str) and "\n" in value else copy.deepcopy(value)  # noqa: S506
