"""The connected proxies of Gateways, and what keeps a Gateway out of one."""

import sys
from collections.abc import Iterator

from lateen.app.refusals import Refusals
from lateen.base.refs import Key
from lateen.planner.gateway_api.gateway import KIND
from lateen.planner.plans import Plans
from lateen.reactive import Read
from lateen.server.ads import Connection

NAMED = 3
# Reads what there is, for nobody who would have to read it again.
_LOOK = Read("gateway proxies", sys.maxsize)


class GatewayProxies:
    """Knows them by the services that lead to them, as statuses do."""

    def __init__(self, plans: Plans, refusals: Refusals) -> None:
        self._plans, self._refusals = plans, refusals

    def connected(self, gateway: Key) -> int:
        """Return how many proxies of a Gateway are connected."""
        return sum(1 for _ in self._of(gateway))

    def lacking(self, gateway: Key) -> str:
        """Say what keeps a Gateway out of one of its connected proxies, "" = nothing."""
        own = list(self._of(gateway))
        behind = [f"{each.node.pod}.{each.node.namespace}" for each in own if not each.proxy.session.answered()]
        if behind:
            names = ", ".join(behind[:NAMED])
            return f"{len(behind)} of {len(own)} proxies have not acknowledged this generation: {names}"
        self._refusals.look()
        return next((str(each) for each in self._refusals.of((KIND, gateway)) if each.connection in own), "")

    def _of(self, gateway: Key) -> Iterator[Connection]:
        known = self._plans.gateway_api.gateways.get(gateway)
        for each in self._refusals.connections() if known else ():
            workload = self._plans.workload_at(each.node.namespace, each.node.pod)
            leading = self._plans.registry.leading(_LOOK, workload) if workload else ()
            if known and any(service.host in known.services for service, _, _ in leading):
                yield each
