"""What only the leader does."""

from pathlib import Path

from apiservers import served

from lateen.apiserver.credentials import ISTIOD
from lateen.app.leading import PAUSE, LeaderWork
from lateen.base.clock import FakeClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.sources.lease import Elector


async def test_nothing_is_written_before_the_lease_is_won_and_what_failed_is_tried_again(tmp_path: Path) -> None:
    written: list[bool] = []

    async def write() -> bool:
        written.append(elector.leading)
        return len(written) > 1

    clock = FakeClock()
    async with served(tmp_path) as server, server.client(ISTIOD) as client:
        elector = Elector(client, Key("default", "lateen-leader"), "one", FakeClock())
        work = LeaderWork(elector, clock)
        work.wake()
        task = spawn(work.run(write), name="work")
        leading = spawn(elector.run(), name="leading")
        await until(lambda: clock.sleeping, seconds=10, what="the pause after a failure")
        clock.advance(PAUSE)
        await until(lambda: len(written) == 2, seconds=10, what="the second try")
        assert written == [True, True], "never without the lease"
        work.wake()
        await until(lambda: len(written) == 3, seconds=10, what="news")
        await cancel(task, leading)
