"""What an agent serves to one workload."""

from collections.abc import Collection
from contextlib import suppress

from lateen.base.tasks import cancel, spawn, until
from lateen.node.agent_settings import WorkloadRef
from lateen.node.dns_proxy import DnsProxy
from lateen.node.renewal import Renewal
from lateen.node.sds import SdsServer


class WorkloadServer:
    """One workload's secrets: `ready` is set when the first certificate is there."""

    def __init__(self, workload: WorkloadRef, sds: SdsServer, renewal: Renewal) -> None:
        self.workload = workload
        self.ready = renewal.ready
        self.sds = sds
        self.renewal = renewal
        self.dns: DnsProxy | None = None
        self.stopped = False
        self._task = spawn(renewal.run(), name=f"certificates of {workload.namespace}/{workload.pod}")

    async def stop(self) -> None:
        """Stop renewing, serving and answering."""
        self.stopped = True
        if self.dns is not None:
            await self.dns.close()
        await cancel(self._task)
        await self.sds.stop()


async def renew(servers: Collection[WorkloadServer], seconds: float) -> list[WorkloadServer]:
    """Renew their certificates, and wait until each Envoy has its new one; returns those that have not in time.

    One that is stopped meanwhile needs none.
    """
    before = {one: one.renewal.renewed for one in servers}
    for one in before:
        one.renewal.renew_now()

    def late() -> list[WorkloadServer]:
        return [
            one
            for one, renewed in before.items()
            if not one.stopped and (one.renewal.renewed == renewed or not one.sds.answered())
        ]

    with suppress(TimeoutError):
        await until(lambda: not late(), seconds=seconds, what="new certificates")
    return late()
