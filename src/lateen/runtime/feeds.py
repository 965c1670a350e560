"""Feed the machine's network from the API: service addresses to the rules, names to the DNS server."""

import asyncio
import itertools
import logging

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.runtime.dns import DnsServer
from lateen.runtime.mirror import Json, Mirror
from lateen.runtime.publish import Target
from lateen.runtime.service_names import named_services
from lateen.runtime.service_table import SERVICE_NAME, ready_endpoints, service_table
from lateen.runtime.services import ServiceRules
from lateen.runtime.zone import Zone

_log = logging.getLogger(__name__)

KINDS = ("Service", "EndpointSlice")

# Seconds after which rules that could not be set are tried again.
RETRY = 1.0


class NetworkFeed:
    """Keeps rules and names in line with what `mirror` holds (which somebody else runs)."""

    def __init__(self, mirror: Mirror, rules: ServiceRules, names: DnsServer) -> None:
        self._mirror = mirror
        self._rules = rules
        self._names = names
        self._changed = asyncio.Event()
        for kind in KINDS:
            mirror.listen(kind, self._hear)

    async def run(self) -> None:
        """Feed until cancelled; changes that come while the rules are being set are one more turn."""
        await self._mirror.synced()
        self._changed.set()
        while True:
            await self._changed.wait()
            self._changed.clear()
            services, slices = self._mirror.all("Service"), self._mirror.all("EndpointSlice")
            self._names.zone = Zone.of(named_services(services, slices), self._names.zone.domain)
            try:
                await asyncio.to_thread(self._rules.set, service_table(services, slices))
            except LateenError as error:
                _log.warning("service addresses are not up to date, again in %g s: %s", RETRY, error)
                await self._mirror.clock.sleep(RETRY)
                self._changed.set()

    def _hear(self, before: Json | None, after: Json | None) -> None:
        self._changed.set()


def endpoint_of(mirror: Mirror, service: Key, port: int) -> Target:
    """Say, each time anew, where a connection to `port` of `service` may go: its ready endpoints in turn.

    `port` is the service's, or the pods' own.
    """
    turns = itertools.count()

    def target() -> tuple[str, int] | None:
        raw = mirror.get("Service", service)
        if raw is None:
            return None
        slices = [
            item
            for item in mirror.within("EndpointSlice", service.namespace)
            if (item["metadata"].get("labels") or {}).get(SERVICE_NAME) == service.name
        ]
        ready = ready_endpoints(slices)
        names = [item.get("name") or "" for item in raw["spec"].get("ports") or () if item["port"] == port]
        found = [endpoint for name in names for endpoint in ready.get(name, ())]
        found = found or [endpoint for each in ready.values() for endpoint in each if endpoint.port == port]
        return found[next(turns) % len(found)] if found else None

    return target
