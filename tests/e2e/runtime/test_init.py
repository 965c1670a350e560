"""A pod's first process reaps what is left to it, and takes the pod along."""

import asyncio
import os
import signal

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.sandbox import ContainerSpec


async def test_orphans_are_reaped(pods):
    sandbox, _ = await pods.make("a")
    process = await sandbox.spawn(
        ContainerSpec(
            argv=["sh", "-c", "for i in 1 2 3 4 5; do sh -c 'true &' ; done; sleep 60"], output=pods.log(sandbox)
        )
    )
    zombies = ["sh", "-c", "cat /proc/[0-9]*/stat | grep -c ') Z' || true"]

    async def none_left():
        return (await sandbox.exec(zombies, process)).output.strip() == b"0"

    async with asyncio.timeout(5):
        while not await none_left():
            await asyncio.sleep(0.05)


async def test_a_pod_whose_first_process_was_killed_is_gone(pods):
    sandbox, _ = await pods.make("a")
    process = await sandbox.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(sandbox)))
    os.kill(_first_process(process.pid), signal.SIGKILL)
    assert await process.wait() == -9
    async with asyncio.timeout(5):
        await sandbox.gone.wait()
    with pytest.raises(LateenError, match="gone"):
        await sandbox.spawn(ContainerSpec(argv=["true"], output=pods.log(sandbox)))


def _first_process(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])
