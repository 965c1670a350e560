"""Certificates are renewed in time, checked before use, and kept while nobody answers."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.base.tasks import cancel, spawn, until
from lateen.identity.authority import DAY, CertificateAuthority
from lateen.identity.keys import make_request, new_key
from lateen.identity.trust import TrustBundle
from lateen.node.ca_client import Issued
from lateen.node.renewal import LAST_RETRY, Renewal, retry_delay
from lateen.xds.view import View

REVIEWS = Identity("cluster.local", "default", "reviews")


class Mesh:
    """An authority whose answers a test may spoil, and one workload that asks it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.authority = CertificateAuthority.create("cluster.local", self.clock)
        self.answer: Callable[[bytes], Issued] = self.sign
        self.asked = 0
        self.happened: list[str] = []
        self.view = View()
        self.view.watchers.add(lambda: self.happened.append("certificate"))
        self.renewal = Renewal(REVIEWS, self.obtain, self.believe, self.view, self.clock)

    async def obtain(self, csr: bytes) -> Issued:
        self.asked += 1
        return self.answer(csr)

    async def believe(self, trust: TrustBundle) -> None:
        self.happened.append("roots")

    def sign(self, csr: bytes) -> Issued:
        return Issued(self.authority.sign(csr, REVIEWS), self.authority.trust)

    @property
    def version(self) -> str:
        resource = self.view.get("default")
        return resource.version if resource else ""

    async def after(self, times: int) -> None:
        await until(lambda: self.asked == times, seconds=5, what=f"request {times}")
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
async def mesh() -> AsyncIterator[Mesh]:
    mesh = Mesh()
    task = spawn(mesh.renewal.run(), name="renewal")
    yield mesh
    await cancel(task)


async def test_first_certificate_makes_ready_after_its_roots(mesh: Mesh) -> None:
    await asyncio.wait_for(mesh.renewal.ready.wait(), 5)
    assert mesh.happened == ["roots", "certificate"]
    assert mesh.renewal.expires == mesh.clock.now() + DAY


async def test_renewed_about_half_way_with_a_new_key(mesh: Mesh) -> None:
    await mesh.after(1)
    first = mesh.version
    mesh.clock.advance(0.39 * DAY)
    await mesh.after(1)
    assert mesh.version == first
    mesh.clock.advance(0.22 * DAY)
    await mesh.after(2)
    assert mesh.version != first and mesh.renewal.renewed == 2


async def test_old_certificate_stays_while_the_authority_is_down(mesh: Mesh) -> None:
    await mesh.after(1)
    first = mesh.version

    def down(csr: bytes) -> Issued:
        raise LateenError("down")

    mesh.answer = down
    for times in range(2, 8):
        mesh.clock.advance(0.61 * DAY if times == 2 else LAST_RETRY)
        await mesh.after(times)
    assert mesh.version == first and mesh.renewal.error == "down"
    mesh.answer = mesh.sign
    mesh.clock.advance(LAST_RETRY)
    await mesh.after(8)
    assert mesh.version != first and mesh.renewal.error == ""


async def test_even_an_unexpected_error_does_not_end_renewal(mesh: Mesh) -> None:
    def broken(csr: bytes) -> Issued:
        raise RuntimeError("bug")

    mesh.answer = broken
    await mesh.after(1)
    mesh.answer = mesh.sign
    mesh.clock.advance(LAST_RETRY)
    await asyncio.wait_for(mesh.renewal.ready.wait(), 5)


def another_key(mesh: Mesh, csr: bytes) -> Issued:
    return mesh.sign(make_request(new_key(), ""))


def another_identity(mesh: Mesh, csr: bytes) -> Issued:
    return Issued(mesh.authority.sign(csr, REVIEWS._replace(namespace="other")), mesh.authority.trust)


def another_root(mesh: Mesh, csr: bytes) -> Issued:
    return mesh.sign(csr)._replace(trust=CertificateAuthority.create("cluster.local", mesh.clock).trust)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (another_key, "another key"),
        (another_identity, "ns/other"),
        (another_root, "does not end at the roots"),
    ],
)
async def test_certificate_that_is_not_ours_is_not_used(spoil: Callable[[Mesh, bytes], Issued], complaint: str) -> None:
    mesh = Mesh()
    mesh.answer = lambda csr: spoil(mesh, csr)
    task = spawn(mesh.renewal.run(), name="renewal")
    await mesh.after(1)
    assert complaint in mesh.renewal.error and mesh.version == "" and not mesh.happened
    await cancel(task)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_pauses_between_attempts_are_bounded(chance: float) -> None:
    assert 0.25 <= retry_delay(0, chance) <= 0.5
    assert LAST_RETRY / 2 <= retry_delay(1000, chance) <= LAST_RETRY
