"""Pods end when their supervisor does, however it does."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.runtime.leftovers import clean
from lateen.runtime.sandbox import ContainerSpec
from lateen.runtime.uplink import interfaces

SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from lateen.runtime.leftovers import Journal
from lateen.runtime.network import Network
from lateen.runtime.sandbox import ContainerSpec, Sandboxes, SandboxSpec

async def main(mesh, folder):
    network = Network(mesh, Journal(folder / "journal"))
    network.up()
    sandboxes = await Sandboxes.start(folder / "roots")
    for name in ("a", "b"):
        pod = network.add_pod(name)
        spec = SandboxSpec(name=name, namespace="x", ip=pod.ip, netns=pod.path, uid=pod.uid)
        sandbox = await sandboxes.create(spec)
        print((await sandbox.spawn(ContainerSpec(argv=["sleep", "1000"], output=folder / name))).pid, flush=True)
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


async def test_a_supervisor_that_was_killed_leaves_what_its_journal_names(mesh_name, tmp_path):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, mesh_name, tmp_path], stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        pids = [int(line) for line in iter(supervisor.stdout.readline, "up\n")]
        assert len(pids) == 2 and all(_runs(pid) for pid in pids)
        supervisor.kill()
    await until(lambda: not any(_runs(pid) for pid in pids), seconds=5, what="the pods' end")
    done = clean(tmp_path / "journal")
    assert {f"netns lateen-{mesh_name}", f"netns lateen-{mesh_name}-a", f"uplink {mesh_name}"} <= set(done)
    assert f"lat-{mesh_name}" not in interfaces()
    assert not list(Path("/run/netns").glob(f"lateen-{mesh_name}*"))


async def test_a_pod_outlives_the_nursery(pods):
    sandbox, _ = await pods.make("a")
    os.kill(pods.sandboxes._nursery.pid, signal.SIGKILL)
    await pods.sandboxes._nursery.wait()
    process = await sandbox.spawn(ContainerSpec(argv=["true"], output=pods.log(sandbox)))
    assert await process.wait() == 0
    with pytest.raises(LateenError, match="has ended"):
        await pods.make("b")


async def test_many_pods_come_at_once(pods):
    made = await asyncio.gather(*(pods.make(f"p{number}") for number in range(10)))
    spawned = [sandbox.spawn(ContainerSpec(argv=["true"], output=pods.log(sandbox))) for sandbox, _ in made]
    assert [await process.wait() for process in await asyncio.gather(*spawned)] == [0] * 10


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
