"""A pod sees what it may see, is who it may be, and goes when it should."""

import os
import signal
import sys

import pytest

from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.runtime.sandbox import PROXY_UID, ContainerSpec, Mount

LIST = "import os, sys; print(*sorted(os.listdir(sys.argv[1])))"
TRY = """
import os, sys
for path in sys.argv[1:]:
    try: print(path, os.listdir(path) if os.path.isdir(path) else open(path).read(1))
    except OSError as error: print(path, type(error).__name__)
"""


async def test_an_application_is_nobody_of_importance(pods):
    sandbox, network = await pods.make("a")
    said = await pods.said(sandbox, "print(open('/proc/self/status').read())")
    status = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert status["Uid"].split() == status["Gid"].split() == [str(network.uid)] * 4
    assert status["Groups"].strip() == ""
    assert {status[name] for name in status if name.startswith("Cap")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"


async def test_an_application_sees_no_ones_data(pods, tmp_path):
    sandbox, _ = await pods.make("a")
    secret = tmp_path / "secret"
    secret.write_text("x")
    places = ["/root/.ssh", "/mnt", "/var/lib", "/run", "/home", "/etc/shadow", str(secret), "/sys"]
    said = await pods.said(sandbox, TRY, *places, "/proc/1/root", "/proc/1/fd", "/proc/1/environ")
    assert [line.split()[1] for line in said.splitlines()] == ["FileNotFoundError"] * 11


async def test_of_the_way_to_python_only_the_way_is_seen(pods):
    sandbox, _ = await pods.make("a")
    _, first, second, *_ = sys.base_prefix.split("/")
    assert await pods.said(sandbox, LIST, f"/{first}") == second


async def test_the_root_cannot_be_written_but_tmp_can(pods):
    sandbox, _ = await pods.make("a")
    code = """
for path in ("/x", "/etc/x", "/usr/x", "/etc/hosts", "/proc/sys/net/ipv4/ip_forward"):
    try: open(path, "w"); print("wrote", path)
    except OSError: pass
open("/tmp/x", "w").write("x"); open("/dev/shm/x", "w").write("x"); open("/dev/null", "w").write("x")
"""
    assert await pods.said(sandbox, code) == ""


async def test_names_are_kubernetes(pods):
    sandbox, network = await pods.make("web-1")
    said = await pods.said(sandbox, "import socket; print(socket.gethostname(), open('/etc/resolv.conf').read())")
    assert said.startswith("web-1 search shop.svc.cluster.local svc.cluster.local cluster.local")
    assert network.ip in await pods.said(sandbox, "print(open('/etc/hosts').read())")


async def test_an_application_may_bind_port_80(pods, call):
    sandbox, network = await pods.make("a")
    await pods.serve(sandbox, 80)
    assert call(pods.network.path, network.ip, 80).startswith("a ")


async def test_a_volume_above_the_interpreter_does_not_hide_it(pods, tmp_path):
    sandbox, network = await pods.make("a")
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, network.uid, network.uid)
    above = "/" + sys.prefix.split("/")[1]
    said = await pods.said(sandbox, "print('runs')", mounts=(Mount(volume, above, read_only=False),))
    assert said == "runs"


async def test_mounts_are_the_containers_own(pods, tmp_path):
    sandbox, network = await pods.make("a")
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, network.uid, network.uid)
    write = "open('/data/x', 'w').write('hello')"
    await pods.said(sandbox, write, mounts=(Mount(volume, "/data", read_only=False),))
    assert (volume / "x").read_text() == "hello"
    read_only = Mount(volume, "/a/b/data")
    assert await pods.said(sandbox, "print(open('/a/b/data/x').read())", mounts=(read_only,)) == "hello"
    code = await (await pods.python(sandbox, "open('/a/b/data/y', 'w')", mounts=(read_only,))).wait()
    assert code == 1 and not (volume / "y").exists()
    assert "FileNotFoundError" in await pods.said(sandbox, TRY, "/data")


async def test_a_file_is_mounted_over_a_file_of_the_root(pods, tmp_path):
    sandbox, _ = await pods.make("a")
    (tmp_path / "hosts").write_text("mine")
    mount = Mount(tmp_path / "hosts", "/etc/hosts")
    assert await pods.said(sandbox, "print(open('/etc/hosts').read())", mounts=(mount,)) == "mine"


async def test_a_link_in_a_volume_leads_nowhere(pods, tmp_path):
    sandbox, _ = await pods.make("a")
    volume, victim = tmp_path / "volume", tmp_path / "victim"
    volume.mkdir()
    victim.mkdir()
    (volume / "link").symlink_to(victim)
    outer = Mount(volume, "/data", read_only=False)
    for mounts in ((outer, Mount(tmp_path, "/data/link/x")), (Mount(volume, "/x", below="link"),)):
        with pytest.raises(LateenError, match="cannot set up its root file system"):
            await pods.python(sandbox, "", mounts=mounts)
    assert list(victim.iterdir()) == []


async def test_a_mount_on_the_machines_own_folders_makes_nothing_there(pods, tmp_path):
    sandbox, _ = await pods.make("a")
    with pytest.raises(LateenError, match="read-only"):
        await pods.python(sandbox, "", mounts=(Mount(tmp_path, "/usr/lateen-test"),))
    assert not os.path.exists("/usr/lateen-test")


@pytest.mark.parametrize(
    ("argv", "words"),
    [(["nope"], "cannot run nope: no such file"), (["/etc/passwd"], "cannot run /etc/passwd: permission denied")],
)
async def test_what_cannot_be_started_says_why(pods, argv, words):
    sandbox, _ = await pods.make("a")
    with pytest.raises(LateenError, match=words):
        await sandbox.spawn(ContainerSpec(argv=argv, output=pods.log(sandbox)))


async def test_a_missing_folder_says_so(pods):
    sandbox, _ = await pods.make("a")
    with pytest.raises(LateenError, match="cannot enter /nope"):
        await sandbox.spawn(ContainerSpec(argv=["true"], output=pods.log(sandbox), cwd="/nope"))


async def test_the_proxys_user_is_the_proxys(pods):
    sandbox, _ = await pods.make("a")
    spec = ContainerSpec(argv=["id", "-u"], output=pods.log(sandbox), uid=PROXY_UID)
    with pytest.raises(LateenError, match="proxy's own"):
        await sandbox.spawn(spec)
    process = await sandbox.spawn(ContainerSpec(argv=["id", "-u"], output=pods.log(sandbox), proxy=True))
    assert await process.wait() == 0
    assert pods.log(sandbox).read_text() == "1337\n"


async def test_ends_are_told_apart(pods):
    sandbox, _ = await pods.make("a")
    process = await pods.python(sandbox, "raise SystemExit(7)")
    assert await process.wait() == 7
    with pytest.raises(ProcessLookupError):
        process.signal(signal.SIGTERM)
    process = await sandbox.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(sandbox)))
    process.signal(signal.SIGTERM)
    assert await process.wait() == -signal.SIGTERM


async def test_nothing_leaks_into_a_container(pods):
    sandbox, _ = await pods.make("a")
    said = await pods.said(sandbox, "import os; print(sorted(os.listdir('/proc/self/fd')), sorted(os.environ))")
    assert said == "['0', '1', '2', '3'] ['LC_CTYPE', 'PATH']"  # 3 is the folder being listed


async def test_a_broken_pipe_ends_a_program_as_it_would_anywhere(pods):
    sandbox, _ = await pods.make("a")
    code = "import signal; print(signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL)"
    assert await pods.said(sandbox, code) == "True"
    process = await sandbox.spawn(ContainerSpec(argv=["sh", "-c", "yes | head -1"], output=pods.log(sandbox)))
    assert await process.wait() == 0


async def test_a_command_runs_beside_a_container(pods, tmp_path):
    sandbox, network = await pods.make("a")
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "x").write_text("hello")
    spec = ContainerSpec(
        argv=["sleep", "60"], output=pods.log(sandbox), env={"A": "1"}, mounts=[Mount(volume, "/data")], cwd="/tmp"
    )
    process = await sandbox.spawn(spec)
    done = await sandbox.exec(["sh", "-c", "id -u; pwd; echo $A$B; cat /data/x; exit 3"], process, env={"B": "2"})
    assert (done.code, done.output.decode()) == (3, f"{network.uid}\n/tmp\n12\nhello")


async def test_a_command_that_takes_too_long_is_killed(pods):
    sandbox, _ = await pods.make("a")
    process = await sandbox.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(sandbox)))
    with pytest.raises(TimeoutError):
        await sandbox.exec(["sleep", "61"], process, seconds=0.2)
    await until(lambda: not _processes(sandbox, "61"), seconds=5, what="the command to be gone")
    assert _processes(sandbox, "60")


async def test_streams_carry_both_ways(pods):
    sandbox, _ = await pods.make("a")
    process = await sandbox.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(sandbox)))
    (read_in, write_in), (read_out, write_out) = os.pipe(), os.pipe()
    command = await sandbox.stream(["tr", "a-z", "A-Z"], process, (read_in, write_out, write_out))
    for fd in (read_in, write_out):
        os.close(fd)
    os.write(write_in, b"hello")
    os.close(write_in)
    assert await command.wait() == 0
    assert os.read(read_out, 100) == b"HELLO"
    os.close(read_out)


async def test_a_deleted_pod_takes_everything_along(pods):
    sandbox, _ = await pods.make("a")
    processes = [
        await sandbox.spawn(ContainerSpec(argv=["sh", "-c", "sleep 77 & sleep 77"], output=pods.log(sandbox)))
        for _ in range(2)
    ]
    await sandbox.delete()
    assert [await process.wait() for process in processes] == [-9, -9]
    assert not _processes(sandbox, "77") and sandbox.gone.is_set()
    await sandbox.delete()


async def test_pods_of_one_mesh_do_not_see_each_other(pods):
    (one, _), (other, _) = await pods.make("a"), await pods.make("b")
    await one.spawn(ContainerSpec(argv=["sleep", "60"], output=pods.log(one)))
    assert (await pods.said(other, LIST, "/proc")).split()[0].isdigit()
    seen = [name for name in (await pods.said(other, LIST, "/proc")).split() if name.isdigit()]
    assert len(seen) == 1  # itself: not even its pod's first process


async def test_a_pod_whose_network_is_missing_is_refused(pods, tmp_path):
    from lateen.runtime.sandbox import SandboxSpec

    with pytest.raises(LateenError, match="nowhere"):
        await pods.sandboxes.create(
            SandboxSpec(name="x", namespace="x", ip="10.244.0.9", netns=tmp_path / "nowhere", uid=200009)
        )


def _processes(sandbox, argument):
    """The machine's processes that run `sleep argument` as the pod's user."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{name}").st_uid == sandbox.spec.uid:
                with open(f"/proc/{name}/cmdline") as file:
                    if argument in file.read().split("\0"):
                        found.append(name)
        except OSError:
            continue
    return found
