"""Hosts that rules name and no service has: where the rules send, there HTTP for them goes."""

from collections.abc import Iterator

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.plan.route import VirtualHost
from lateen.planner.client import Client
from lateen.planner.routes import plan_routes
from lateen.planner.rules import Rules
from lateen.planner.scope import PartKey, Scope
from lateen.planner.sidecar import Egress
from lateen.planner.sight import Sight
from lateen.planner.traffic import Traffic
from lateen.planner.virtual_hosts import TableHost
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.registry.registry import Registry

# Such hosts are looked for on this port.
PORT = 80


def build_unknown_hosts(
    engine: Engine, clients: Demand[Scope, Client], registry: Registry, rules: Rules
) -> Collection[PartKey, VirtualHost]:
    """Build the virtual hosts of such hosts: by scope, table and virtual host."""
    beneath = engine.index("hosts beneath", registry.hosts, lambda host, _: _parents(host))

    def is_known(read: Read, host: str, client: Client, egress: Egress) -> bool:
        if not host.startswith("*"):
            declared = read.get(registry.hosts, host)
            return declared is not None and client.known(declared, egress) is not None
        return any(
            covers(host, name) and client.known(declared, egress) is not None
            for name, declared in read.find(beneath, _parent(host)).items()
        )

    def unknown(
        read: Read, scope: Scope, client: Client, key: Key, traffic: Traffic
    ) -> Iterator[tuple[PartKey, VirtualHost]]:
        egress = client.at(PORT)
        if egress is None:
            return
        for host in traffic.hosts:
            obeyed = rules.obeyed_unknown(read, host, client, egress)
            if obeyed != traffic or is_known(read, host, client, egress):
                continue
            sight = Sight(client, egress, traffic, rules.directory(read, registry, client))
            planned = plan_unknown_host(host, sight)
            if planned is not None:
                table, found = planned
                yield (scope, table, found.name), found

    return engine.product_flat("unknown hosts", clients, rules.traffic, unknown)


def plan_unknown_host(host: str, sight: Sight) -> TableHost | None:
    """Plan the virtual host of a host that only rules know; None when they have no routes for it."""
    rules = sight.rules
    routes = plan_routes(rules, sight.place(PORT)) if rules else ()
    if not rules or not routes:
        return None
    name = f"{host}:{PORT}"
    return str(PORT), VirtualHost(name=name, domains=(host,), routes=routes, origin=rules.origin)


def _parents(host: str) -> Iterator[str]:
    """Yield the domains that a host is beneath, and "" for all."""
    while host:
        host = _parent(host)
        yield host


def _parent(host: str) -> str:
    return host.partition(".")[2]
