"""What the status of an Istio object says: whether the mesh took it, and whether the proxies have it."""

from collections.abc import Iterable, Sequence
from typing import Any

from lateen.analysis.messages import MESSAGES
from lateen.base.errors import Fault

LONGEST = 1024
_CODES = {"error": "IST0106", "warning": "IST0133"}
_DOCUMENTATION = "https://istio.io/latest/docs/reference/config/analysis"

Raw = dict[str, Any]


def accepted(generation: int, warnings: Sequence[Fault]) -> Raw:
    """The mesh took the object; `warnings` are what it noticed."""
    return _condition("Accepted", "True", "Accepted", _told(warnings), generation)


def refused(generation: int, faults: Sequence[Fault]) -> Raw:
    """The mesh did not take this version of the object."""
    return _condition("Accepted", "False", "Invalid", _told(faults), generation)


def reconciled(generation: int) -> Raw:
    """Every proxy that was connected has acknowledged everything that was made with this version."""
    return _condition("Reconciled", "True", "Acknowledged", "every connected proxy has acknowledged it", generation)


def refused_by_proxies(generation: int, refusals: Sequence[str], more: int) -> Raw:
    """Some proxies refused what was made with this version; `more` say so beside `refusals`. Their last good stays."""
    message = "; ".join(refusals) + (f"; and {more} more" if more else "")
    return _condition("Reconciled", "False", "ProxyRefused", _cut(message), generation)


def waiting(generation: int, behind: int, connected: int, names: Iterable[str]) -> Raw:
    """Some of the connected proxies have not answered what they were told."""
    message = f"{behind} of {connected} connected proxies have not answered all they were told: {', '.join(names)}"
    return _condition("Reconciled", "False", "ProxiesBehind", message, generation)


def not_in_force(generation: int) -> Raw:
    """This version is in no proxy, because it was refused; the one that was accepted before stays."""
    return _condition("Reconciled", "False", "NotAccepted", "the last accepted version stays in force", generation)


def not_read(generation: int, kind: str) -> Raw:
    """Nothing is made of the object."""
    return _condition("Reconciled", "Unknown", "NotRead", f"this mesh makes nothing of a {kind} yet", generation)


def status_of(generation: int, conditions: list[Raw], faults: Sequence[Fault]) -> Raw:
    """The whole status; each kind of fault found is one message, in the words of Istio's analysis."""
    found = dict.fromkeys(fault.code or _CODES.get(fault.severity, "IST0106") for fault in faults)
    status: Raw = {"observedGeneration": generation, "conditions": conditions}
    return status | ({"validationMessages": [_message(code) for code in found]} if found else {})


def _message(code: str) -> Raw:
    found = MESSAGES[code]
    url = {"documentationUrl": f"{_DOCUMENTATION}/{code.lower()}/"} if code.startswith("IST") else {}
    return {"level": found.level.upper(), "type": {"name": found.name, "code": code}} | url


def _condition(type_: str, status: str, reason: str, message: str, generation: int) -> Raw:
    return {"type": type_, "status": status, "reason": reason, "message": message, "observedGeneration": generation}


def _told(faults: Sequence[Fault]) -> str:
    return _cut("; ".join(str(fault) for fault in faults))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
