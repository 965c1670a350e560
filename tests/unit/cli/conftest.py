import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from apiservers import Served, served
from click.testing import CliRunner, Result

from lateen.apiserver.credentials import write_kubeconfig
from lateen.app.settings import Settings
from lateen.cli.main import cli
from lateen.sources.client import Client


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A mesh that is not running, with folders of the test's own."""
    with tempfile.TemporaryDirectory(prefix="lateen-") as run_folder:  # a short path: sockets are in it
        monkeypatch.setenv("LATEEN_STATE", str(tmp_path / "state"))
        monkeypatch.setenv("LATEEN_RUN", run_folder)
        monkeypatch.delenv("LATEEN_MESH", raising=False)
        made = Settings.load()
        made.state.mkdir(parents=True)
        made.run.mkdir(parents=True)
        yield made


def run(*arguments: str, stdin: str = "") -> Result:
    """Run a command as `lateen` does; a LateenError is in `exception`."""
    return CliRunner().invoke(cli, arguments, input=stdin, prog_name="lateen")


@dataclass
class Cluster:
    """An API server that the command line takes for its mesh's."""

    settings: Settings
    api: Served
    client: Client
    folder: Path

    async def lateen(self, *arguments: str, stdin: str = "") -> Result:
        """Run a command while the API server answers."""
        return await asyncio.to_thread(run, *arguments, stdin=stdin)

    def file(self, name: str, *objects: dict[str, Any]) -> str:
        """Write objects to a file; returns its path."""
        path = self.folder / name
        path.write_text("\n---\n".join(json.dumps(raw) for raw in objects))
        return str(path)


@pytest.fixture
async def cluster(settings: Settings, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with served(settings.state) as api, api.client() as client:
        write_kubeconfig(settings.kubeconfig, api.url, api.credentials)
        settings.node_socket.touch()
        (tmp_path / "files").mkdir()
        yield Cluster(settings, api, client, tmp_path / "files")


@pytest.fixture
def lateen() -> Callable[..., Result]:
    """Run a command for which no mesh needs to be there."""
    return run
