import os
import signal
from functools import partial
from pathlib import Path

import pytest

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.runtime.health import until_started
from lateen.runtime.home import Home
from lateen.runtime.images import ImageNotMapped
from lateen.runtime.probes import Target, Timing, probe


@pytest.fixture
async def home(machine):
    pod = {
        "metadata": {"name": "web-1", "namespace": "shop", "uid": "web-uid"},
        "spec": {"containers": [], "hostAliases": [{"ip": "203.0.113.7", "hostnames": ["db"]}]},
    }
    made = Home(machine, pod)
    await made.open()
    yield made
    await made.close()


def python(code):
    return {"name": "main", "image": "python", "args": ["-c", code]}


async def answer(home):
    async def command(argv):
        return 1

    target = Target({}, lambda: home.inside, command)
    check = partial(probe, {"httpGet": {"port": 8080}}, target)
    assert await until_started(check, Timing(period=1, failures=10), SystemClock()) == ""
    return await home.inside.http("GET", f"http://{home.ip}:8080/", seconds=5)


async def test_container_runs_with_the_pods_address_and_name(home):
    process = await home.spawn({"name": "server", "image": "server"}, 0)
    assert await answer(home) == (200, "web-1")
    process.signal(signal.SIGTERM)
    assert await process.wait() == -signal.SIGTERM


async def test_output_goes_to_the_runs_log(home, machine):
    process = await home.spawn(python("import os; print(os.getuid()); print(open('/etc/hosts').read())"), 3)
    assert await process.wait() == 0
    text = (machine.logs / "shop_web-1_web-uid" / "main" / "3.log").read_text()
    assert int(text.splitlines()[0]) >= 200_000
    assert "203.0.113.7" in text and "db" in text


async def test_log_can_be_opened_again_by_its_writer(home, machine):
    process = await home.spawn(python("open('/dev/stdout', 'a').write('again')"), 0)
    assert await process.wait() == 0
    assert (machine.logs / "shop_web-1_web-uid" / "main" / "0.log").read_text() == "again"


async def test_command_beside_a_container(home):
    process = await home.spawn({"name": "server", "image": "server"}, 0)
    assert await home.exec(["true"], process) == 0
    assert await home.exec(["false"], process) == 1
    assert await home.exec(["true"], None) == 1


async def test_unknown_image_and_closed_home_are_told(home):
    with pytest.raises(ImageNotMapped):
        await home.spawn({"name": "x", "image": "unknown"}, 0)
    await home.close()
    with pytest.raises(LateenError, match="no sandbox"):
        await home.spawn({"name": "server", "image": "server"}, 0)


async def test_nothing_is_left_after_closing(home, machine):
    process = await home.spawn({"name": "server", "image": "server"}, 0)
    path = home._network.path
    await home.close()
    assert await process.wait() == -signal.SIGKILL
    assert not path.exists()
    assert not machine.folder("web-uid").exists()
    assert home.ip == ""


async def test_sandbox_that_was_killed_is_made_anew(home):
    process = await home.spawn({"name": "server", "image": "server"}, 0)
    first = home._sandbox
    parent = int(Path(f"/proc/{process.pid}/stat").read_text().split()[3])
    os.kill(parent, signal.SIGKILL)
    await until(first.gone.is_set, seconds=5, what="the sandbox's end")
    await home.spawn({"name": "server", "image": "server"}, 1)
    assert home._sandbox is not first
    assert await answer(home) == (200, "web-1")
