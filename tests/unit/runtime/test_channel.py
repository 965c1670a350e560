import asyncio
import os

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.channel import Channel, pid_of
from lateen.runtime.forking import pair, receive, send

SPEC = {"argv": ["x"]}


@pytest.fixture
async def ends():
    own, other = pair()
    channel = Channel(own)
    with other:
        yield channel, other
        channel.close()


def started(other, pid=2):
    """Answer a request as a pod's first process would."""
    message = receive(other)
    pidfd = os.pidfd_open(os.getpid())
    send(other, {"id": message.body["id"], "pid": pid}, [pidfd])
    os.close(pidfd)
    return message


async def test_a_started_program_has_a_pid_and_an_end(ends):
    channel, other = ends
    asking = asyncio.create_task(channel.start(SPEC, ()))
    await asyncio.sleep(0)
    assert started(other).body["start"] == SPEC
    pid, pidfd, end = await asking
    assert (pid, pid_of(pidfd)) == (2, os.getpid())
    send(other, {"ended": 2, "code": 7})
    assert await end == 7
    os.close(pidfd)


async def test_what_stood_in_the_way_is_raised(ends):
    channel, other = ends
    asking = asyncio.create_task(channel.start(SPEC, ()))
    await asyncio.sleep(0)
    send(other, {"id": receive(other).body["id"], "error": "no such program"})
    with pytest.raises(LateenError, match="no such program"):
        await asking


async def test_a_pod_that_goes_takes_its_programs_along(ends):
    channel, other = ends
    first, second = (asyncio.create_task(channel.start(SPEC, ())) for _ in range(2))
    await asyncio.sleep(0)
    started(other)
    _, pidfd, end = await first
    other.close()
    assert await end == -9
    with pytest.raises(LateenError, match="gone"):
        await second
    assert channel.closed.is_set()
    os.close(pidfd)


async def test_nothing_starts_in_a_pod_that_is_gone(ends):
    channel, _ = ends
    channel.close()
    with pytest.raises(LateenError, match="gone"):
        await channel.start(SPEC, ())


async def test_a_pod_that_cannot_be_made_says_why(ends):
    channel, other = ends
    send(other, {"error": "no namespace"})
    with pytest.raises(LateenError, match="no namespace"):
        await channel.ready


async def test_a_program_that_nobody_waits_for_any_more_is_killed(ends):
    channel, other = ends
    asking = asyncio.create_task(channel.start(SPEC, ()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    process = await asyncio.create_subprocess_exec("sleep", "60")
    pidfd = os.pidfd_open(process.pid)
    send(other, {"id": receive(other).body["id"], "pid": 2}, [pidfd])
    os.close(pidfd)
    assert await process.wait() == -9
