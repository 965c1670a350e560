"""What is asked for: the operation in an AuthorizationPolicy's rule."""

import re
from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.model import Model

_SEGMENT = re.compile(r"\{\*\*?\}")


class Operation(Model, frozen=True, kw_only=True):
    """Each field that is set must match, one value of it suffices; `not_`: no value of it may match.

    `paths`: exact, `prefix*`, `*suffix`, or a template with `{*}` (one segment) and `{**}` (the rest).
    """

    hosts: tuple[str, ...] = ()
    not_hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    not_ports: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    not_methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()

    @property
    def reads_http(self) -> bool:
        """Say whether it needs a request, not only a connection."""
        lists = (self.hosts, self.not_hosts, self.methods, self.not_methods, self.paths, self.not_paths)
        return any(lists)


_NAMES = dict(zip(Operation.__struct_fields__, Operation.__struct_encode_fields__, strict=True))


def operation_faults(path: str, operation: Operation | None) -> Iterator[Fault]:
    """Yield what is wrong with an operation."""
    lists = {field: getattr(operation, field) for field in _NAMES} if operation is not None else {}
    if not any(lists.values()):
        yield Fault(path, "is empty: name at least one attribute", "or leave out to")
    for field, values in lists.items():
        yield from _value_faults(f"{path}.{_NAMES[field]}", field, values)


def host_faults(path: str, operation: Operation, allows: bool) -> Iterator[Fault]:
    """Yield a warning for each host that is kept away by its name alone: whoever names its port, too, gets by.
    `allows`: the rule takes what may pass."""
    name, values = ("notHosts", operation.not_hosts) if allows else ("hosts", operation.hosts)
    for index, value in enumerate(values):
        if "*" not in value and ":" not in value and f"{value}:*" not in values:
            message = f'"{value}" is not "{value}:443": who writes the port into the host passes'
            yield Fault(f"{path}.{name}[{index}]", message, f'add "{value}:*"', "warning")


def _value_faults(path: str, field: str, values: Sequence[str]) -> Iterator[Fault]:
    for index, value in enumerate(values):
        place = f"{path}[{index}]"
        if not value:
            yield Fault(place, "may not be empty", '"*" is any')
        elif field in ("ports", "not_ports"):
            yield from port_text_faults(place, value)
        elif field in ("paths", "not_paths") and _SEGMENT.search(value):
            yield from _template_faults(place, value)


def port_text_faults(path: str, value: str) -> Iterator[Fault]:
    """Yield a fault unless `value` is a port's number."""
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        yield Fault(path, f'"{value}" is not a port', "1 to 65535; there is no wildcard")


def _template_faults(path: str, template: str) -> Iterator[Fault]:
    """https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation"""
    operators = _SEGMENT.findall(template)
    if "{**}" in operators[:-1]:
        yield Fault(path, f'"{template}": no operator stands behind {{**}}', "{*} is one segment")
    for segment in template.split("/"):
        if segment not in ("{*}", "{**}") and re.search(r"[{}*]", segment):
            fix = "{*} and {**} are whole segments, and no other * stands beside them"
            yield Fault(path, f'"{template}": "{segment}" is not a segment of a path template', fix)
            return
