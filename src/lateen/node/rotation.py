"""Have the certificates of an agent follow who signs for the mesh and what is revoked."""

import random
from collections.abc import Callable, Sequence

from lateen.base.clock import Clock
from lateen.identity.revocation import RevocationLists
from lateen.node.agent_settings import AgentSettings
from lateen.node.renewal import Renewal
from lateen.node.workload_server import WorkloadServer, renew

_AGAIN = 10.0
"""Seconds until who has no certificate of the new signer asks again."""
_LOOK = 0.1
"""Seconds between two looks whether all have what they should."""

_random = random.SystemRandom()


class Rotation:
    """`signer` names the key that signs now, "" while nobody has said so.

    Another authority's certificates, of `AgentSettings.external`, are not renewed for it: it says nothing of them.
    """

    def __init__(
        self, workloads: Callable[[], Sequence[WorkloadServer]], revoked: Callable[[], RevocationLists], clock: Clock,
        settings: AgentSettings,
    ) -> None:  # fmt: skip
        self.signer = ""
        self._workloads, self._revoked, self._clock, self._settings = workloads, revoked, clock, settings

    async def finished(self) -> None:
        """Renew what another key signed and what is revoked; return when each Envoy has all there is."""
        if self._outdated():
            await self._clock.sleep(self._settings.spread * _random.random())
        while outdated := self._outdated():
            await renew(outdated, _AGAIN)
            await self._clock.sleep(_LOOK)
        while not all(one.sds.answered() for one in self._workloads()):
            await self._clock.sleep(_LOOK)

    def _outdated(self) -> list[WorkloadServer]:
        return [] if self._settings.external else [one for one in self._workloads() if self._is_outdated(one.renewal)]

    def _is_outdated(self, held: Renewal) -> bool:
        if held.leaf is None:
            return False
        other = bool(self.signer) and held.issuer != self.signer
        return other or self._revoked().revokes(held.leaf)
