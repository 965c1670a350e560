"""How Istio compares a text: exactly, by prefix, or by regular expression."""

from collections.abc import Iterator
from typing import ClassVar

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.regexes import regex_faults
from lateen.kinds.schema_rules import AtMostOne


class StringMatch(Model, frozen=True, kw_only=True):
    """At most one is set. With none set, any text will do as long as there is one."""

    schema_rules: ClassVar = (AtMostOne(("exact", "prefix", "regex")),)

    exact: str | None = None
    prefix: str | None = None
    regex: str | None = None


def match_faults(path: str, match: StringMatch, *, empty_prefix: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with a match. `empty_prefix`: an empty prefix means something (every path)."""
    given = [name for name in ("exact", "prefix", "regex") if getattr(match, name) is not None]
    if len(given) > 1:
        yield Fault(path, f"only one of {', '.join(given)} can be set")
    if match.prefix == "" and not empty_prefix:
        yield Fault(f"{path}.prefix", "may not be empty", "leave the match empty ({}) to ask for presence only")
    if match.regex is not None:
        yield from regex_faults(f"{path}.regex", match.regex)
