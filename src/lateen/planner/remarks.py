"""What is noticed of VirtualServices: hosts that others have or own, rules and delegates without effect."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lateen.base.errors import Fault
from lateen.base.refs import Key
from lateen.planner.delegates import delegate_faults
from lateen.planner.merging import hidden
from lateen.planner.rules import Rules
from lateen.planner.site import MESH_GATEWAY
from lateen.planner.traffic import Traffic
from lateen.planner.virtual_service import MERGE
from lateen.reactive import Collection, Engine, Read
from lateen.registry.ownership import HOSTS

# ConflictingMeshGatewayVirtualServiceHosts.
CONFLICT = "IST0109"
# VirtualServiceUnreachableRule.
UNREACHABLE = "IST0130"
# HostNotOwned.
FOREIGN = "LAT0011"


class Conflict(Struct, frozen=True):
    """A host of a VirtualService, at `path`, for which sidecars obey another one."""

    host: str
    path: str
    winner: Key


def build_remarks(engine: Engine, rules: Rules) -> Collection[Key, tuple[Fault, ...]]:
    """Build the collection, by VirtualService; those of which nothing is noticed have no row."""

    def remarks(read: Read, key: Key, one: Traffic) -> tuple[Fault, ...] | None:
        in_mesh = MESH_GATEWAY in one.gateways
        rivals = [other for host in one.hosts for other in rules.rivals(read, host)] if in_mesh else []
        written = read.get(rules.written, key)
        delegated = delegate_faults(written, lambda name: read.get(rules.written, name)) if written else ()
        owned = _foreign_faults(one)
        return (*owned, *_conflict_faults(conflicts(one, rivals)), *_hidden_faults(one, rivals), *delegated) or None

    return engine.map("remarks", rules.traffic, remarks)


def conflicts(one: Traffic, others: Iterable[Traffic]) -> Iterator[Conflict]:
    """Yield the hosts of a VirtualService for which sidecars obey another of `others` that see both."""
    rivals = sorted((other for other in others if _comes_before(other, one)), key=lambda other: other.rank)
    for index, host in enumerate(one.hosts):
        winner = next((rival for rival in rivals if host in rival.hosts), None)
        if winner is not None and not (winner.merges and one.merges):
            yield Conflict(host, f"spec.hosts[{index}]", Key(winner.namespace, winner.name))


def _comes_before(other: Traffic, one: Traffic) -> bool:
    seen, shown = set(other.exports), set(one.exports)
    return bool("*" in seen | shown or seen & shown) and other.rank < one.rank


def _foreign_faults(one: Traffic) -> Iterator[Fault]:
    for index, host in enumerate(one.hosts):
        if host in one.foreign:
            message = f'namespace {one.namespace} does not own "{host}": these rules count for its own sidecars alone'
            fix = f"grant it: kubectl annotate namespace {one.namespace} {HOSTS}={host}"
            yield Fault(f"spec.hosts[{index}]", message, fix, "warning", code=FOREIGN)


def _conflict_faults(found: Iterable[Conflict]) -> Iterator[Fault]:
    for one in found:
        message = f'sidecars obey VirtualService {one.winner} for "{one.host}", and not this one'
        fix = f'put both rules into one, delegate, or annotate both with {MERGE}: "true"'
        yield Fault(one.path, message, fix, "warning", code=CONFLICT)


def _hidden_faults(one: Traffic, rivals: Iterable[Traffic]) -> Iterator[Fault]:
    """Yield which of its rules no request reaches where others, merged before it, take every request."""
    if not one.merges or len(one.hosts) != 1:
        return
    before = [other for other in rivals if other.merges and _comes_before(other, one)]
    for rule, taker in hidden(one, sorted(before, key=lambda other: other.rank)):
        place = f"{taker.origin.field} of VirtualService {Key(taker.origin.namespace, taker.origin.name)}"
        fix = "give it a match: what takes every request comes last, and of those only the oldest counts"
        yield Fault(
            rule.origin.field, f"merged behind {place}, which takes every request", fix, "warning", code=UNREACHABLE
        )
