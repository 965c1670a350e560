"""Certificates are renewed when another key signs, and that is said once every proxy has all there is."""

from typing import Any

from lateen.base.clock import FakeClock, SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.identity.revocation import RevocationLists
from lateen.node.agent_settings import AgentSettings, ExternalCa
from lateen.node.rotation import Rotation

AUTHORITY = CertificateAuthority.create("cluster.local", SystemClock())
CHAIN = AUTHORITY.server_certificate(["a.b"], "spiffe://cluster.local/ns/n/sa/a").chain
(LEAF, *_) = load_chain(CHAIN)


class Held:
    """A workload's certificate and who uses it."""

    def __init__(self, issuer: str) -> None:
        self.renewal: Any = self
        self.sds: Any = self
        self.issuer, self.leaf, self.renewed, self.stopped = issuer, LEAF, 1, False
        self.taken = True
        self.asked = 0

    def renew_now(self) -> None:
        self.asked += 1

    def answered(self) -> bool:
        return self.taken

    def obtain(self, issuer: str) -> None:
        self.issuer, self.renewed = issuer, self.renewed + 1


def rotation(*held: Any, clock: FakeClock | None = None, settings: AgentSettings | None = None) -> Rotation:
    none = RevocationLists()
    return Rotation(lambda: held, lambda: none, clock or FakeClock(), settings or AgentSettings())


async def test_nothing_is_renewed_while_the_signer_is_the_same_or_unknown() -> None:
    held = Held("aa")
    made = rotation(held)
    await made.finished()
    made.signer = "aa"
    await made.finished()
    assert held.asked == 0


async def test_what_another_key_signed_is_renewed_until_it_is_not() -> None:
    held, clock = Held("aa"), FakeClock()
    made = rotation(held, clock=clock)
    made.signer = "bb"
    task = spawn(made.finished(), name="rotation")
    try:
        await until(lambda: held.asked == 1 or clock.advance(1), seconds=5, what="a wish")
        held.obtain("aa")  # by a replica that has not heard of it
        await until(lambda: held.asked == 2 or clock.advance(1), seconds=5, what="another wish")
        held.obtain("bb")
        await until(lambda: task.done() or clock.advance(1), seconds=5, what="the end")
    finally:
        await cancel(task)
    assert held.asked == 2


async def test_it_has_not_finished_while_an_envoy_has_the_former() -> None:
    held, clock = Held("aa"), FakeClock()
    held.taken = False
    task = spawn(rotation(held, clock=clock).finished(), name="rotation")
    try:
        await until(lambda: clock.sleeping, seconds=5, what="a look")
        clock.advance(1)
        assert not task.done()
        held.taken = True
        await until(lambda: task.done() or clock.advance(1), seconds=5, what="the end")
    finally:
        await cancel(task)


async def test_another_authoritys_certificates_stay() -> None:
    async def token_for(_: Any) -> str:
        return ""

    held = Held("aa")
    made = rotation(held, settings=AgentSettings(external=ExternalCa("ca:1", "ca", b"", token_for)))
    made.signer = "bb"
    await made.finished()
    assert held.asked == 0
