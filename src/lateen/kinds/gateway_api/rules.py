"""Rules: what the routes of the Gateway API have in common, and the rules of those that know only connections.

https://gateway-api.sigs.k8s.io/reference/spec/#tcprouterule
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.names import SectionName
from lateen.kinds.gateway_api.references import BackendRef, backends_faults
from lateen.kinds.model import Model


class ConnectionRule(Model, frozen=True, kw_only=True):
    """Where connections go."""

    name: SectionName = ""
    backend_refs: Annotated[tuple[BackendRef, ...], Meta(min_length=1, max_length=16)]


ConnectionRules = Annotated[tuple[ConnectionRule, ...], Meta(min_length=1, max_length=1)]


def connection_faults(path: str, rules: Sequence[ConnectionRule]) -> Iterator[Fault]:
    """Yield what is wrong with the rules of connections."""
    for index, rule in enumerate(rules):
        yield from backends_faults(f"{path}[{index}].backendRefs", rule.backend_refs)


def names_faults(path: str, names: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each rule whose name another has."""
    for index, name in enumerate(names):
        if name and name in names[:index]:
            yield Fault(f"{path}[{index}].name", "Rule name must be unique within the route")
