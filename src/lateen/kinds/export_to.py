"""Validate `exportTo`: the namespaces that see an object."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.names import NAMESPACE_RULE, is_label


def export_faults(values: Sequence[str], namespace: str = "", *, none_allowed: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with `spec.exportTo` of an object in `namespace`; as `export_list_faults`."""
    yield from export_list_faults("spec.exportTo", values, namespace, none_allowed=none_allowed)


def export_list_faults(
    path: str, values: Sequence[str], namespace: str = "", *, none_allowed: bool = False
) -> Iterator[Fault]:
    """Yield what is wrong with the namespaces at `path`.

    "*" (all) stands alone; "." is the own namespace; "~" (nobody) stands alone, where `none_allowed`.
    """
    seen: set[str] = set()
    for index, value in enumerate(values):
        place = f"{path}[{index}]"
        name = namespace if value == "." and namespace else value
        if name in seen:
            yield Fault(place, f'"{value}" names the same namespace twice')
        seen.add(name)
        if value == "~" and not none_allowed:
            yield Fault(place, '"~" is not allowed here', '".", "*" or names of namespaces')
        elif value not in ("*", ".", "~") and not is_label(value):
            yield Fault(place, f'"{value}" is not a namespace: {NAMESPACE_RULE}')
    for alone in ("*", "~"):
        if alone in seen and len(values) > 1:
            yield Fault(path, f'"{alone}" stands alone: it covers the others')
