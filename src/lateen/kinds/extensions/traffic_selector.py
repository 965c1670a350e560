"""The traffic that an extension sees."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.schema_rules import keyed_by


class PortSelector(Model, frozen=True, kw_only=True):
    """A port of a service or a gateway's listener."""

    number: Annotated[int, Meta(ge=1, le=65535)]


class TrafficSelector(Model, frozen=True, kw_only=True):
    """Both must hold; no `ports` = every port."""

    mode: Literal["UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"] = "UNDEFINED"
    ports: Annotated[tuple[PortSelector, ...], Meta(extra_json_schema=keyed_by("number"))] = ()


TrafficSelectors = tuple[TrafficSelector, ...]


def traffic_faults(path: str, selectors: Sequence[TrafficSelector]) -> Iterator[Fault]:
    """Yield what is wrong with selectors of which any must match."""
    for index, selector in enumerate(selectors):
        numbers = [port.number for port in selector.ports]
        for position, number in enumerate(numbers):
            if number in numbers[:position]:
                yield Fault(f"{path}[{index}].ports[{position}].number", f"port {number} stands there already")
