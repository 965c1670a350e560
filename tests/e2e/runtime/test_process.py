"""A process is known by itself and not by its number."""

import asyncio
import signal

import pytest

from lateen.runtime.process import MOST_OUTPUT
from lateen.runtime.sandbox import ContainerSpec


@pytest.fixture
async def sleeping(pods):
    sandbox, _ = await pods.make("a")
    return sandbox, await sandbox.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(sandbox)))


async def test_several_may_wait_and_one_may_stop_waiting(sleeping):
    _, process = sleeping
    impatient, patient = (asyncio.create_task(process.wait()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    process.signal(signal.SIGTERM)
    assert await patient == -signal.SIGTERM
    assert impatient.cancelled()
    assert await process.wait() == -signal.SIGTERM


async def test_a_signal_after_the_end_says_so(sleeping):
    _, process = sleeping
    process.signal(signal.SIGKILL)
    await process.wait()
    with pytest.raises(ProcessLookupError):
        process.signal(signal.SIGTERM)


async def test_what_a_command_left_running_is_not_waited_for(sleeping):
    sandbox, process = sleeping
    async with asyncio.timeout(5):
        done = await sandbox.exec(["sh", "-c", "sleep 50 & echo done"], process)
    assert (done.code, done.output) == (0, b"done\n")


async def test_the_beginning_of_a_long_output_is_kept(sleeping):
    sandbox, process = sleeping
    done = await sandbox.exec(["sh", "-c", "yes | head -c 3000000"], process, seconds=20)
    assert (done.code, len(done.output)) == (0, MOST_OUTPUT)
