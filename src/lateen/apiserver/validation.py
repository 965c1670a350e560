"""Check an object by its kind's own rules, and answer as Kubernetes does: every fault is a cause."""

from collections.abc import Sequence
from typing import Any, Literal

from lateen.apiserver.status import Refusal, bad_request, fault_causes, invalid
from lateen.base.errors import Fault, Invalid
from lateen.kinds.decode import check, decode
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
# What to do with fields that the kind does not know: the request's parameter `fieldValidation`.
FieldValidation = Literal["Strict", "Warn", "Ignore"]

UNKNOWN_FIELD = "no such field"


def validate(kind: KindSpec, raw: Raw, fields: FieldValidation = "Ignore") -> list[str]:
    """Return warnings (none under Ignore); Refusal 400 for unknown fields under Strict, else 422 with all errors."""
    if fields == "Ignore":  # the way of every controller: one fast pass
        try:
            decode(raw)
        except Invalid as error:
            raise refused(kind, raw, error.faults) from None
        return []
    faults = check(raw, strict=fields == "Strict")
    errors = [fault for fault in faults if fault.severity == "error"]
    if fields == "Strict" and errors and all(map(_unknown, errors)):
        told = ", ".join(f'unknown field "{fault.path}"{_fix(fault)}' for fault in errors)
        raise _strict(kind, told)
    if errors:
        raise refused(kind, raw, errors)
    return [str(fault) for fault in faults]


def refused(kind: KindSpec, raw: Raw, faults: Sequence[Fault]) -> Refusal:
    """The 422 that tells all faults of an object."""
    meta = raw.get("metadata")
    name = meta.get("name", "") if isinstance(meta, dict) else ""
    return invalid(kind.group, kind.kind, str(name), fault_causes(faults))


def _unknown(fault: Fault) -> bool:
    return fault.message == UNKNOWN_FIELD


def _fix(fault: Fault) -> str:
    return f" ({fault.fix})" if fault.fix else ""


def _strict(kind: KindSpec, told: str) -> Refusal:
    return bad_request(f"{kind.kind} in version {kind.versions[0]!r} cannot be handled: strict decoding error: {told}")
