"""Read a raw object into its model, or say everything that is wrong with it at once.

Decoding is one fast pass; only when it fails is the value walked to explain why. Validation runs even on what
is left of a faulty object, without what would only repeat the schema's faults.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from lateen.base.errors import Fault, Invalid
from lateen.base.refs import Key
from lateen.kinds.all import KINDS, find
from lateen.kinds.meta import ObjectMeta, validate_meta
from lateen.kinds.object import Object, line_of
from lateen.kinds.paths import holds, parent, pattern
from lateen.kinds.schema import UNKNOWN_FIELD, read
from lateen.kinds.spec import KindSpec
from lateen.kinds.suggestion import did_you_mean

_NO_LINES: Mapping[str, int] = {}


def decode(
    raw: dict[str, Any], *, file: str = "", lines: Mapping[str, int] | None = None, strict: bool = False
) -> Object:
    """Read an object of any kind the house knows.

    `lines`: the line of each field in `file`. `strict`: unknown fields are errors in open kinds too, as with
    kubectl's strict field validation. Raises Invalid with every error; warnings come with the object.
    """
    found, faults = _decode(raw, strict)
    lines = _NO_LINES if lines is None else lines
    if faults and (file or lines):
        faults = [replace(fault, file=file, line=line_of(lines, fault.path)) for fault in faults]
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors or found is None:
        raise Invalid(subject(raw), errors)
    spec, model = found
    meta: ObjectMeta = model.metadata
    return Object(
        spec=spec,
        key=Key(meta.namespace, meta.name),
        model=model,
        raw=raw,
        file=file,
        lines=lines,
        warnings=tuple(faults),
    )


def check(raw: Any, *, file: str = "", lines: Mapping[str, int] | None = None, strict: bool = False) -> list[Fault]:
    """List every error and warning; unknown fields of open kinds are warnings, unless `strict`."""
    found, faults = _decode(raw, strict)
    if found is not None and found[0].open and not strict:
        walked = read(found[0].model, raw, strict=True).faults
        unknown = [fault for fault in walked if fault.message == UNKNOWN_FIELD]
        faults += [replace(fault, severity="warning") for fault in unknown]
    return [replace(fault, file=file, line=line_of(lines or _NO_LINES, fault.path)) for fault in faults]


def subject(raw: Any) -> str:
    """Name an object in a message, however broken it is."""
    if not isinstance(raw, dict):
        return "object"
    meta = raw.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    name = meta.get("name") or meta.get("generateName") or "(no name)"
    namespace = meta.get("namespace")
    return f"{raw.get('kind') or 'object'} {f'{namespace}/' if namespace else ''}{name}"


def _decode(raw: Any, strict: bool) -> tuple[tuple[KindSpec, Any] | None, list[Fault]]:
    """Return kind and model (None where there can be none), and all faults."""
    if not isinstance(raw, dict):
        return None, [Fault("", "must be an object: a map with apiVersion, kind and metadata")]
    spec = find(raw.get("apiVersion"), raw.get("kind"))
    if spec is None:
        return None, [_unknown_kind(raw)]
    strict = strict and spec.open
    if not strict:
        try:
            model: Any = msgspec.convert(raw, spec.model)
        except msgspec.ValidationError:
            pass
        else:
            return (spec, model), list(_validate(spec, model))
    return _explain(spec, raw, strict)


def _explain(spec: KindSpec, raw: dict[str, Any], strict: bool) -> tuple[tuple[KindSpec, Any] | None, list[Fault]]:
    reading = read(spec.model, raw, strict=strict)
    found = [_hinted(spec, fault) for fault in reading.faults]
    try:
        model: Any = msgspec.convert(reading.cleaned, spec.model)
    except msgspec.ValidationError:
        if not found:
            raise
        return None, found
    more = [fault for fault in _validate(spec, model) if not any(_follows(fault, path) for path in reading.doubtful)]
    return (spec, model), found + more


def _validate(spec: KindSpec, model: Any) -> Iterable[Fault]:
    yield from validate_meta(model.metadata, spec.namespaced, free=spec.free_names)
    yield from spec.validate(model)


def _follows(fault: Fault, doubtful: str) -> bool:
    """Say whether a fault may only be there because the field `doubtful` could not be read: it is of that field,
    of what holds it, or of a field beside it. Members of a list do not speak of each other."""
    if holds(fault.path, doubtful) or holds(doubtful, fault.path):
        return True
    return not doubtful.endswith("]") and parent(fault.path) == parent(doubtful)


def _hinted(spec: KindSpec, fault: Fault) -> Fault:
    hint = spec.hints.get(pattern(fault.path))
    return replace(fault, fix=hint) if hint else fault


def _unknown_kind(raw: dict[str, Any]) -> Fault:
    kind, version = raw.get("kind"), raw.get("apiVersion")
    if not kind or not isinstance(kind, str):
        return Fault("kind", "is required")
    if not version or not isinstance(version, str):
        return Fault("apiVersion", "is required")
    same = [spec for spec in KINDS if spec.kind == kind]
    if same:
        served = ", ".join(version for spec in same for version in spec.api_versions)
        return Fault("apiVersion", f'there is no {kind} in "{version}"', f"served: {served}")
    fix = did_you_mean(kind, [spec.kind for spec in KINDS])
    return Fault("kind", f'this mesh does not know the kind "{kind}" of {version}', fix)
