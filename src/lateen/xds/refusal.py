"""Read the text by which a client refuses a response: which resources it did not take, and why."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

LONGEST: Final = 512
"""Characters of a reason that are kept."""

PRINTED: Final = 100
"""Characters that are kept of a message that Envoy printed: enough to know it by, too few to hold its secrets."""

# Of clusters and listeners Envoy tries each; of a response whose resources it cannot even read it takes none.
_EACH = re.compile(r"Error adding/updating (?:cluster|listener)\(s\)")
# What protobuf puts before a message that is printed for debugging, at random in one of several forms.
_PRINTED = re.compile(r"goo\.gle/debug\w+")
_SECRET = re.compile(r"inline_(?:string|bytes)|-----BEGIN")


class Refusal(NamedTuple):
    """What was refused: reasons by name ("" where there were none), and whether nothing of the response was taken.

    Without reasons it is not known which of several resources was the fault.
    """

    reasons: Mapping[str, str]
    whole: bool


def read_refusal(text: str, names: Sequence[str]) -> Refusal:
    """Read the refusal of a response that carried the resources `names`."""
    if _EACH.match(text) and (reasons := _by_name(text, names)):
        return Refusal(reasons, whole=False)
    if len(names) > 1:
        return Refusal({}, whole=True)
    return Refusal({"".join(names): plain(text)}, whole=True)


def plain(text: str) -> str:
    """A reason on one line, cut, without secrets and without what differs from one process to the next."""
    said, *printed = (" ".join(part.split()) for part in _PRINTED.split(_SECRET.split(text)[0]))
    if printed:
        said = f"{said or 'it breaks a rule of the API:'} {_cut(printed[0], PRINTED)}"
    return _cut(said, LONGEST)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _by_name(text: str, names: Sequence[str]) -> dict[str, str]:
    """Each name with what follows it: `… NAME: why, OTHER: why`; of listeners on lines of their own."""
    text = " ".join(text.split())
    found = sorted((text.find(mark), name, len(mark)) for name in names if (mark := f" {name}: ") in text)
    ends = [place for place, _, _ in found[1:]] + [len(text)]
    return {
        name: plain(text[place + size : end]).rstrip(",") for (place, name, size), end in zip(found, ends, strict=True)
    }
