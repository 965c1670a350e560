"""A terminal of a container is its user's, and only its user's."""

import os

import pytest

from lateen.runtime.pipes import Source, write
from lateen.runtime.rootfs import TERMINALS
from lateen.runtime.terminal import open_terminal

WAIT = "import time; time.sleep(60)"


@pytest.fixture
async def container(pods):
    sandbox, network = await pods.make("a")
    return sandbox, await pods.python(sandbox, WAIT), network


async def test_it_belongs_to_the_containers_user_and_is_seen_there(container, pods):
    sandbox, process, network = container
    made = open_terminal(process.pid, network.uid)
    try:
        assert os.fstat(made.slave).st_uid == network.uid
        assert os.fstat(made.slave).st_mode & 0o777 == 0o620
        assert set(os.listdir(f"/proc/{process.pid}/root/dev/pts")) == {"0", "ptmx"}
    finally:
        os.close(made.master)
        os.close(made.slave)
    # Another container of the pod has terminals of its own.
    other = await pods.python(sandbox, WAIT)
    assert os.listdir(f"/proc/{other.pid}/root/dev/pts") == ["ptmx"]


async def test_a_command_has_it_as_its_own(container, pods):
    sandbox, process, network = container
    made = open_terminal(process.pid, network.uid)
    code = "import os; print(os.ttyname(0), open('/dev/tty').isatty(), os.tcgetpgrp(0) == os.getpgrp())"
    try:
        argv = [process.program["argv"][0], "-c", code]
        stdio = (made.slave,) * 3
        command = await sandbox.stream(argv, process, stdio, terminal=True)
        assert await command.wait() == 0
        assert await Source(made.master).read() == b"/dev/pts/0 True True\r\n"
    finally:
        os.close(made.master)
        os.close(made.slave)


async def test_a_new_size_and_ctrl_c_reach_what_runs_there(container):
    sandbox, process, network = container
    made = open_terminal(process.pid, network.uid)
    code = """
import os, signal, time
signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b"%d %d\\n" % os.get_terminal_size(1)))
os.write(1, b"ready\\n")
time.sleep(60)
"""
    try:
        argv = [process.program["argv"][0], "-c", code]
        command = await sandbox.stream(argv, process, (made.slave,) * 3, terminal=True)
        source = Source(made.master)
        assert await source.read() == b"ready\r\n"
        made.resize(100, 30)
        assert await source.read() == b"100 30\r\n"
        await write(made.master, b"\x03")
        assert await command.wait() in (-2, 1, 130)
    finally:
        os.close(made.master)
        os.close(made.slave)


async def test_a_container_has_only_so_many(container):
    _, process, network = container
    made = []
    try:
        for _ in range(TERMINALS):
            made.append(open_terminal(process.pid, network.uid))
        with pytest.raises(OSError):
            open_terminal(process.pid, network.uid)
    finally:
        for each in made:
            os.close(each.master)
            os.close(each.slave)
