"""Validate `exportTo`: the namespaces that see an object."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.names import NAMESPACE_RULE, is_label


def export_faults(
    values: Sequence[str], namespace: str = "", *, none_allowed: bool = False
) -> Iterator[Fault]:
    """Yield what is wrong with `spec.exportTo` of an object in `namespace`.

    "*" (all) stands alone; "." is the own namespace; "~" (nobody) stands alone, and only where `none_allowed`.
    """
    seen: set[str] = set()
    for index, value in enumerate(values):
        path = f"spec.exportTo[{index}]"
        name = namespace if value == "." and namespace else value
        if name in seen:
            yield Fault(path, f'"{value}" names the same namespace twice')
        seen.add(name)
        if value == "~" and not none_allowed:
            yield Fault(path, '"~" is not allowed here', '".", "*" or names of namespaces')
        elif value not in ("*", ".", "~") and not is_label(value):
            yield Fault(path, f'"{value}" is not a namespace: {NAMESPACE_RULE}')
    for alone in ("*", "~"):
        if alone in seen and len(values) > 1:
            yield Fault("spec.exportTo", f'"{alone}" stands alone: it covers the others')
