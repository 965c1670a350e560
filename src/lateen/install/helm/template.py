"""Write woven objects as a template of Helm: YAML with conditions, and ranges where marks walk a list or a map.

https://helm.sh/docs/chart_template_guide/
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lateen.install.helm.marks import Marks
from lateen.install.helm.weave import Node

# What YAML reads as the same text without quotes.
_PLAIN = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][\w./-]*")


class Template:
    """Writes with the marks of `marks`; inside of a range over one of `walked`, that one is not walked again."""

    def __init__(self, marks: Marks, walked: frozenset[str] = frozenset()) -> None:
        self._marks, self._walked = marks, walked

    def written(self, objects: Node) -> str:
        """Return YAML documents, of a list of objects."""
        return "".join(f"{line}\n" for node in objects.value for line in self._document(node))

    def _document(self, node: Node) -> Iterator[str]:
        yield from _wrapped(["---", *self._entries(node, "")], node.conditions)

    def _entries(self, node: Node, pad: str) -> Iterator[str]:
        for key, value in node.value.items():
            lines = self._entry(self._value(key), value, pad)
            yield from _wrapped(self._ranged(lines, self._over([key])), value.conditions)

    def _entry(self, key: str, node: Node, pad: str) -> Iterator[str]:
        if isinstance(node.value, dict) and node.value:
            yield f"{pad}{key}:"
            yield from self._entries(node, f"{pad}  ")
        elif isinstance(node.value, list) and self._is_short(node):
            yield f"{pad}{key}: [{', '.join(map(self._scalar, node.value))}]"
        elif isinstance(node.value, list):
            yield f"{pad}{key}:"
            for item in node.value:
                yield from self._item(item, pad)
        elif (mark := self._block(node.value)) is not None:
            yield f"{pad}{key}: |-"
            yield f"{pad}  {{{{- {mark} | nindent {len(pad) + 2} }}}}"
        else:
            yield f"{pad}{key}: {self._scalar(node)}"

    def _is_short(self, node: Node) -> bool:
        """Say whether a list is one of words alone."""
        return all(
            isinstance(one.value, str) and not one.conditions and not self._over([one.value]) for one in node.value
        )

    def _item(self, node: Node, pad: str) -> Iterator[str]:
        if not isinstance(node.value, dict):
            lines, direct = [f"{pad}- {self._scalar(node)}"], [node.value]
        else:
            lines = list(self._entries(node, f"{pad}  "))
            direct = [one.value for one in node.value.values()]
            lines = [f"{pad}- {lines[0].lstrip()}", *lines[1:]] if "{{-" not in lines[0] else [f"{pad}-", *lines]
        yield from _wrapped(self._ranged(lines, self._over(direct)), node.conditions)

    def _scalar(self, node: Node) -> str:
        text = self._value(node.value)
        for condition, other in node.otherwise:
            text = f"{{{{ if {condition} }}}}{text}{{{{ else }}}}{self._value(other)}{{{{ end }}}}"
        return text

    def _value(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        mark = self._marks.whole(value)
        if mark is not None:
            return f"{{{{ {mark.expression} | toJson }}}}"
        return value if _PLAIN.fullmatch(value) else self._marks.filled(json.dumps(value, ensure_ascii=False))

    def _block(self, value: Any) -> str | None:
        mark = self._marks.whole(value) if isinstance(value, str) else None
        return mark.expression if mark is not None and mark.block else None

    def _over(self, values: Iterable[Any]) -> str:
        """The list or map that marks in these texts have to walk; "" for none."""
        marks = (mark for value in values if isinstance(value, str) for mark in self._marks.within(value))
        return next((mark.over for mark in marks if mark.over and mark.over not in self._walked), "")

    def _ranged(self, lines: Iterable[str], over: str) -> Iterable[str]:
        return ranged(lines, over) if over else lines


def ranged(lines: Iterable[str], over: str) -> Iterator[str]:
    """Walk a list or a map: `$value` is each in turn, `$key` its name, or its position in a list."""
    yield f"{{{{- range $key, $value := {over} }}}}"
    yield from lines
    yield "{{- end }}"


def _wrapped(lines: Iterable[str], conditions: tuple[str, ...]) -> Iterator[str]:
    if not conditions:
        yield from lines
        return
    said = conditions[0] if len(conditions) == 1 else " ".join(["and", *(f"({one})" for one in conditions)])
    yield f"{{{{- if {said} }}}}"
    yield from lines
    yield "{{- end }}"
