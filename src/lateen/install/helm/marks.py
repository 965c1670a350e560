"""Marks: text that stands in settings for what only Helm will know, and is found again in the objects made of them."""

import re
from dataclasses import dataclass

_OPEN, _CLOSE = "\ue000", "\ue001"  # of Unicode's private use: in no setting of ours
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Mark:
    """`expression`: of Helm's template language. `over`: the list or map that one has to walk for it. `block`: its
    value is text of several lines."""

    expression: str
    over: str = ""
    block: bool = False


class Marks:
    """Makes marks, and finds them in text."""

    def __init__(self) -> None:
        self._known: list[Mark] = []

    def value(self, expression: str) -> str:
        """Stand for a value of any type, or, within a text, for a part of it."""
        return self._new(Mark(expression))

    def block(self, expression: str) -> str:
        """Stand for text of several lines."""
        return self._new(Mark(expression, block=True))

    def each(self, over: str, item: str = "$value") -> list[str]:
        """Stand for a list: its one item stands for every item; `item` is said of `$value`."""
        return [self._new(Mark(item, over))]

    def entries(self, over: str, value: str = "$value") -> dict[str, str]:
        """Stand for a map: its one entry stands for every entry; `value` is said of `$value`."""
        return {self._new(Mark("$key", over)): self._new(Mark(value, over))}

    def whole(self, text: str) -> Mark | None:
        """Return the mark that `text` is; None where it is more, or another text."""
        found = _MARK.fullmatch(text)
        return self._known[int(found[1])] if found else None

    def within(self, text: str) -> list[Mark]:
        """Return the marks in a text."""
        return [self._known[int(number)] for number in _MARK.findall(text)]

    def filled(self, text: str) -> str:
        """Return a text with each mark as an action of Helm's."""
        return _MARK.sub(lambda found: f"{{{{ {self._known[int(found[1])].expression} }}}}", text)

    def _new(self, mark: Mark) -> str:
        self._known.append(mark)
        return f"{_OPEN}{len(self._known) - 1}{_CLOSE}"
