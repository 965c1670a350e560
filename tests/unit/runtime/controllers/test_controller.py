import asyncio

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, until
from lateen.runtime.controllers.controller import Controller, Loop
from lateen.runtime.mirror import Mirror, key_of
from lateen.sources.informer import Delete, Put


def pod(name, version=1):
    return {"metadata": {"name": name, "namespace": "shop", "uid": name, "resourceVersion": str(version)}}


@pytest.fixture
def mirror():
    return Mirror(None, ["Pod"], FakeClock())


class Work:
    """A reconciler that notes its keys, and does what it is told."""

    def __init__(self):
        self.seen, self.answer, self.gate = [], None, asyncio.Event()
        self.gate.set()

    async def reconcile(self, key, mirror):
        self.seen.append(key.name)
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def work(mirror):
    work = Work()
    loop = Loop(Controller("test", {"Pod": lambda raw, mirror: [key_of(raw)]}, work.reconcile), mirror)
    task = asyncio.ensure_future(loop.run())
    yield work
    await cancel(task)


async def seen(work, *names):
    await until(lambda: work.seen == list(names), seconds=5, what=f"{names}, not {work.seen}", every=0.001)


async def test_every_change_is_reconciled(mirror, work):
    mirror._hear("Pod", Put(Key("shop", "a"), pod("a")))
    await seen(work, "a")
    mirror._hear("Pod", Delete(Key("shop", "a"), "a", {}))
    await seen(work, "a", "a")


async def test_what_did_not_change_is_not(mirror, work):
    mirror._hear("Pod", Put(Key("shop", "a"), pod("a")))
    await seen(work, "a")
    mirror._hear("Pod", Put(Key("shop", "a"), pod("a")))
    mirror._hear("Pod", Put(Key("shop", "b"), pod("b")))
    await seen(work, "a", "b")


async def test_changes_while_a_key_is_busy_are_one_more_turn(mirror, work):
    work.gate.clear()
    for version in (1, 2, 3):
        mirror._hear("Pod", Put(Key("shop", "a"), pod("a", version)))
        await asyncio.sleep(0)
    await seen(work, "a")
    mirror._hear("Pod", Put(Key("shop", "b"), pod("b")))
    await seen(work, "a", "b")
    work.gate.set()
    await seen(work, "a", "b", "a")


async def test_failures_are_tried_again_after_a_while(mirror, work):
    work.answer = LateenError("not yet")
    mirror._hear("Pod", Put(Key("shop", "a"), pod("a")))
    await seen(work, "a")
    work.answer = None
    await until(lambda: mirror.clock._sleepers, seconds=5, what="the retry")
    mirror.clock.advance(1)
    await seen(work, "a", "a")


async def test_reconciler_may_ask_to_look_again(mirror, work):
    work.answer = 30.0
    mirror._hear("Pod", Put(Key("shop", "a"), pod("a")))
    await seen(work, "a")
    await until(lambda: mirror.clock._sleepers, seconds=5, what="the wish")
    mirror.clock.advance(31)
    await seen(work, "a", "a")
