"""Read YAML or JSON text into objects, keeping the line of every field.

Scalars are read as kubectl reads them: no timestamps and no base-60 numbers, and keys are always text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid
from lateen.kinds.paths import join


@dataclass(frozen=True, slots=True)
class Document:
    """One object of a text. `line`: where it begins; `lines`: that of each field by path ("" = `line`)."""

    raw: dict[str, Any]
    file: str
    line: int
    lines: dict[str, int]


class _Loader(yaml.CSafeLoader):
    """The C parser, resolving plain words as kubectl does."""


# Tag, pattern, and the characters that such a word can begin with.
_SCALARS = (
    ("bool", r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*|0[0-7]+|0x[0-9a-fA-F]+|0b[01]+)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", "~nN"),
)
_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _SCALARS:
    _firsts: list[Any] = [*_first, *([""] if _name == "null" else [])]
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), _firsts)


def load(text: str, file: str = "") -> list[Document]:
    """Read all documents of `text`; empty ones are left out, members of a `List` stand for themselves.

    Raises Invalid with file and line for text that is no YAML and for keys that stand twice.
    """
    faults: list[Fault] = []
    documents: list[Document] = []
    try:
        for node in yaml.compose_all(text, Loader=_Loader):
            if node is not None:
                documents.extend(_documents(node, file, faults))
    except yaml.YAMLError as error:
        faults.append(_syntax_fault(error, text, file))
    if faults:
        raise Invalid(file or "document", faults)
    return documents


def _documents(node: yaml.Node, file: str, faults: list[Fault]) -> Iterator[Document]:
    reader = _Reader(file)
    raw = reader.value(node, "")
    faults.extend(reader.faults)
    if raw is None:
        return
    line = node.start_mark.line + 1
    if not isinstance(raw, dict):
        faults.append(
            Fault("", "a document must be an object: a map with apiVersion and kind", "", "error", file, line)
        )
    elif str(raw.get("kind", "")).endswith("List") and isinstance(raw.get("items"), list):
        yield from _members(raw, reader.lines, file, faults)
    else:
        reader.lines[""] = line
        yield Document(raw, file, line, reader.lines)


def _members(raw: dict[str, Any], lines: dict[str, int], file: str, faults: list[Fault]) -> Iterator[Document]:
    for index, item in enumerate(raw["items"]):
        prefix = f"items[{index}]"
        line = lines.get(prefix, 0)
        if not isinstance(item, dict):
            faults.append(Fault(prefix, "must be an object", "", "error", file, line))
            continue
        if "kind" not in item and raw["kind"] != "List":
            # A typed list, as `kind: PodList`, does not repeat the kind of its members.
            item = {"apiVersion": raw.get("apiVersion"), "kind": raw["kind"].removesuffix("List"), **item}
        own = {path[len(prefix) :].lstrip("."): number for path, number in lines.items() if path.startswith(prefix)}
        yield Document(item, file, line, {**own, "": line})


class _Reader:
    """Turns the nodes of one document into values, noting lines and keys that stand twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []
        self._constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: str) -> Any:
        """Return the value of a node at `path`."""
        if isinstance(node, yaml.MappingNode):
            return self.map(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self.list(node, path)
        if node.tag in _BUILT:
            try:
                return self._constructor.construct_object(node)
            except (yaml.YAMLError, ValueError, KeyError):
                self.fault(path, f'"{node.value}" is not what its tag {node.tag} says', node)
        return node.value

    def map(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        """Return a map; what `<<` merges in gives way to what stands there."""
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged |= self.merged(value_node, path)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(path, "a key must be text", key_node)
                continue
            key = key_node.value
            place = join(path, key)
            if key in own:
                first = self.lines.get(place, 0)
                self.fault(place, f'"{key}" stands here twice: first on line {first}', key_node)
            self.lines[place] = key_node.start_mark.line + 1
            own[key] = self.value(value_node, place)
        return merged | own

    def merged(self, node: yaml.Node, path: str) -> dict[str, Any]:
        """Return the maps that a `<<` names; earlier ones win."""
        found: dict[str, Any] = {}
        for one in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(one, yaml.MappingNode):
                found = self.map(one, path) | found
            else:
                self.fault(path, "<< merges maps only", one)
        return found

    def list(self, node: yaml.SequenceNode, path: str) -> list[Any]:
        """Return a list."""
        items = []
        for index, item in enumerate(node.value):
            place = f"{path}[{index}]"
            self.lines[place] = item.start_mark.line + 1
            items.append(self.value(item, place))
        return items

    def fault(self, path: str, message: str, node: yaml.Node) -> None:
        """Note what is wrong at a node."""
        self.faults.append(Fault(path, message, "", "error", self.file, node.start_mark.line + 1))


_BUILT = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))


def _syntax_fault(error: yaml.YAMLError, text: str, file: str) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault("", f"is not YAML: {str(error).splitlines()[0]}", "", "error", file, 1)
    mark = error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    source = text.splitlines()[line] if line < len(text.splitlines()) else ""
    fix = "indent with spaces, not tabs" if "\t" in source[: len(source) - len(source.lstrip())] else ""
    problem = ": ".join(part for part in (error.context, error.problem) if part)
    return Fault("", f"is not YAML: {problem}", fix, "error", file, line + 1)
