"""Errors that people read: what, where, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


class LateenError(Exception):
    """An error meant for a person. `fix` says how to mend it, in one sentence; may be ""."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an object.

    `path` is the field, as `spec.http[0].route[1].weight`; `message` says what is wrong with it;
    `fix` how to mend it ("" when the message says it); `severity` is "error" or "warning";
    `file` and `line` are set when the object was read from a file; `code` is that of Istio's analysis, where
    it has one of its own.
    """

    path: str
    message: str
    fix: str = ""
    severity: str = "error"
    file: str = ""
    line: int = 0
    code: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        fix = f" ({self.fix})" if self.fix else ""
        path = f"{self.path}: " if self.path else ""
        return f"{place}{path}{self.message}{fix}"


class Invalid(LateenError):
    """An object was refused; `faults` holds every reason, not just the first."""

    def __init__(self, subject: str, faults: Sequence[Fault]) -> None:
        self.subject = subject
        self.faults = tuple(faults)
        super().__init__("\n".join([f"{subject} is invalid:", *(f"  {fault}" for fault in self.faults)]))
