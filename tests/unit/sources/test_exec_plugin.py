"""The login commands are real programs: Python scripts that count how often they ran."""

import sys
from pathlib import Path
from typing import Any

import pytest
from apiservers import CONFIG_MAP, Served, served

from lateen.base.clock import FakeClock, rfc3339
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.sources.access import Access
from lateen.sources.client import ApiError, Client
from lateen.sources.exec_plugin import ExecPlugin, command_of
from lateen.sources.login import Login

V1, V1BETA1 = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"

SCRIPT = """
import json, os, sys
from pathlib import Path
runs = Path(sys.argv[1]) / "runs"
count = len(runs.read_text()) if runs.exists() else 0
runs.write_text("x" * (count + 1))
(Path(sys.argv[1]) / "info").write_text(os.environ["KUBERNETES_EXEC_INFO"])
print((Path(sys.argv[1]) / "answer").read_text().replace("COUNT", str(count)).replace("WHO", os.environ.get("WHO", "")))
sys.exit(int(os.environ.get("STATUS", "0")))
"""


class Script:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "script.py").write_text(SCRIPT)

    def plugin(self, answer: str, clock: FakeClock | None = None, **entry: Any) -> ExecPlugin:
        (self.folder / "answer").write_text(answer)
        made = {
            "apiVersion": V1,
            "command": sys.executable,
            "args": [str(self.folder / "script.py"), str(self.folder)],
            "interactiveMode": "Never",
        }
        return ExecPlugin(command_of(made | entry, {"server": "https://x"}, self.folder, {"PATH": "/bin"}), clock)

    @property
    def runs(self) -> int:
        return len((self.folder / "runs").read_text())

    @property
    def info(self) -> str:
        return (self.folder / "info").read_text()


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


def credential(version: str = V1, **status: str) -> str:
    fields = ", ".join(f'"{name}": "{value}"' for name, value in status.items())
    return f'{{"apiVersion": "{version}", "kind": "ExecCredential", "status": {{{fields}}}}}'


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_a_token_without_an_end_is_asked_for_once(script: Script, version: str) -> None:
    plugin = script.plugin(credential(version, token="t-WHO"), apiVersion=version, env=[{"name": "WHO", "value": "me"}])
    assert (await plugin.current()).token == Redacted(b"t-me")
    await plugin.current()
    assert script.runs == 1 and version in script.info and '"cluster"' not in script.info


async def test_a_token_is_asked_for_again_when_it_has_expired(script: Script) -> None:
    clock = FakeClock()
    plugin = script.plugin(credential(token="t-COUNT", expirationTimestamp=rfc3339(clock.now() + 60)), clock)
    assert (await plugin.current()).token == Redacted(b"t-0")
    clock.advance(59)
    await plugin.current()
    assert script.runs == 1
    clock.advance(1)
    assert (await plugin.current()).token == Redacted(b"t-1")


async def test_a_refused_token_is_asked_for_again_once(script: Script) -> None:
    plugin = script.plugin(credential(token="t-COUNT"))
    first = await plugin.current()
    assert plugin.refused(first)
    second = await plugin.current()
    assert second.token == Redacted(b"t-1")
    plugin.refused(first)  # another request that went out with the old one
    assert await plugin.current() is second and script.runs == 2


async def test_a_request_that_is_refused_goes_out_again_with_a_new_token(script: Script, tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        plugin = script.plugin(credential(token="wrong"))
        async with Client.from_access(Access(server.url, Login(plugin))) as client:
            with pytest.raises(ApiError):
                await client.list(CONFIG_MAP)
            assert script.runs == 2
            (script.folder / "answer").write_text(credential(token=_admin(server)))
            assert (await client.list(CONFIG_MAP)).items == []
            assert script.runs == 3


def _admin(server: Served) -> str:
    return server.credentials.tokens["admin"].reveal().decode()


async def test_the_cluster_is_told_where_that_is_wished(script: Script) -> None:
    await script.plugin(credential(token="t"), provideClusterInfo=True).current()
    assert '"server":"https://x"' in script.info


@pytest.mark.parametrize(
    ("answer", "entry", "message"),
    [
        ("no JSON", {}, "did not print an ExecCredential"),
        (credential(V1BETA1, token="t"), {}, "no ExecCredential of client.authentication.k8s.io/v1$"),
        (credential(), {}, "neither a token nor a client certificate"),
        (credential(clientKeyData="k"), {}, "without its certificate"),
        (credential(token="secret", expirationTimestamp="soon"), {}, "no time"),
        (credential(token="secret"), {"env": [{"name": "STATUS", "value": "3"}]}, "ended with status 3"),
        ("", {"command": "/nowhere/log-in", "installHint": "apt install log-in"}, "cannot be run"),
        ("", {"interactiveMode": "Always"}, "needs a terminal"),
    ],
)  # fmt: skip
async def test_what_went_wrong_is_said_without_what_is_secret(
    script: Script, answer: str, entry: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(LateenError, match=message) as failed:
        await script.plugin(answer, **entry).current()
    assert "secret" not in str(failed.value) and failed.value.fix == entry.get("installHint", failed.value.fix)


async def test_a_command_that_hangs_is_ended(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.sources.exec_plugin.PATIENCE", 0.2)
    with pytest.raises(LateenError, match="took more than"):
        await script.plugin("", command="sleep", args=["60"]).current()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"apiVersion": V1}, "no command"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "x"}, "known are"),
        ({"apiVersion": V1, "command": "x"}, "interactiveMode"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(LateenError) as failed:
        command_of(entry, {}, Path(), {})
    assert message in f"{failed.value} {failed.value.fix}"


def test_a_relative_path_is_relative_to_the_kubeconfig(tmp_path: Path) -> None:
    entry = {"apiVersion": V1BETA1, "command": "./log-in"}
    assert command_of(entry, {}, tmp_path, {}).path == str(tmp_path / "log-in")
    assert command_of(entry | {"command": "log-in"}, {}, tmp_path, {}).path == "log-in"
