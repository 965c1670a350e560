"""Changes of headers on their way: set, add, remove."""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.format_strings import format_faults
from lateen.kinds.header_names import header_name_faults
from lateen.kinds.model import Model
from lateen.kinds.paths import join


class HeaderOperations(Model, frozen=True, kw_only=True):
    """`set` overwrites, `add` appends, `remove` takes away."""

    set: Mapping[str, str] = {}
    add: Mapping[str, str] = {}
    remove: tuple[str, ...] = ()


class Headers(Model, frozen=True, kw_only=True):
    """Changes to requests before they leave, and to responses before they return."""

    request: HeaderOperations | None = None
    response: HeaderOperations | None = None

    @property
    def sets_authority(self) -> bool:
        """Say whether requests get another :authority."""
        return self.request is not None and any(name.lower() == ":authority" for name in self.request.set)


def headers_faults(path: str, headers: Headers | None) -> Iterator[Fault]:
    """Yield what is wrong with changes of headers."""
    if headers is None:
        return
    for name, operations in (("request", headers.request), ("response", headers.response)):
        if operations is not None:
            yield from _operation_faults(f"{path}.{name}", operations)


def _operation_faults(path: str, operations: HeaderOperations) -> Iterator[Fault]:
    for verb, values in (("set", operations.set), ("add", operations.add)):
        for name, value in values.items():
            yield from header_name_faults(join(f"{path}.{verb}", name), name)
            yield from format_faults(join(f"{path}.{verb}", name), value)
    for index, name in enumerate(operations.remove):
        yield from header_name_faults(f"{path}.remove[{index}]", name)
        if name.startswith(":") or name.lower() == "host":
            yield Fault(f"{path}.remove[{index}]", f'"{name}" cannot be removed: no request is without it')
