"""Validate CEL expressions, as far as their form goes: brackets and quotes.

https://github.com/google/cel-spec/blob/master/doc/langdef.md
"""

import re
from collections.abc import Iterator

from lateen.base.errors import Fault

_STRING = re.compile(r'''"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'''', re.DOTALL)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def expression_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault when an expression cannot be one: empty, a bracket or quote without its other half."""
    if not text.strip():
        yield Fault(path, "is empty", "as response.code >= 400")
        return
    bare = _STRING.sub("s", text)
    opened: list[str] = []
    for letter in bare:
        if letter in "\"'":
            yield Fault(path, f"`{text}`: a quote is not closed")
            return
        if letter in "([{":
            opened.append(letter)
        elif letter in ")]}" and (not opened or opened.pop() != _CLOSING[letter]):
            yield Fault(path, f"`{text}`: {letter} closes nothing")
            return
    if opened:
        yield Fault(path, f"`{text}`: {opened[-1]} is not closed")
