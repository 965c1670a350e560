"""Run the real kubectl from a test, and serve it a bare API of the test's own."""

import asyncio
import json
import re
import shlex
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from apiservers import NODE, Served
from kubectl_path import find_kubectl

from lateen.apiserver.credentials import load_credentials, write_kubeconfig
from lateen.apiserver.serve import ApiServerSettings, Endpoint, apiserver

KUBECTL = find_kubectl()


@dataclass
class Answer:
    code: int
    out: str
    err: str


class Kubectl:
    """Runs kubectl with a home and a cache of the test's own, in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"HOME": str(folder), "KUBECONFIG": str(folder / "kubeconfig"), "PATH": "/usr/bin:/bin"}

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        assert KUBECTL is not None
        return await asyncio.create_subprocess_exec(
            KUBECTL,
            *words,
            env=self.environment,
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str, stdin: str = "") -> Answer:
        process = await self.start(*words)
        async with asyncio.timeout(30):
            out, err = await process.communicate(stdin.encode())
        return Answer(process.returncode or 0, out.decode(), err.decode())

    async def __call__(self, line: str, stdin: str = "") -> str:
        """Run a line that must succeed, without a warning; returns what it printed."""
        answer = await self.run(*shlex.split(line), stdin=stdin)
        assert answer.code == 0 and "arning" not in answer.err, f"kubectl {line}: {answer.err}"
        return answer.out

    async def refused(self, line: str, stdin: str = "") -> str:
        """Run a line that must fail; returns what it said."""
        answer = await self.run(*shlex.split(line), stdin=stdin)
        assert answer.code != 0, f"kubectl {line}: {answer.out}"
        return answer.err

    async def json(self, line: str) -> Any:
        return json.loads(await self(f"{line} -o json"))

    def write(self, name: str, text: str) -> Path:
        """A file in the folder that kubectl runs in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def rows(table: str) -> list[list[str]]:
    """A printed table as rows of cells."""
    return [re.split(r"\s{2,}", line.strip()) for line in table.splitlines() if line.strip()]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Served]:
    """A bare API server over TLS, its kubeconfig in `folder`."""
    credentials = load_credentials(folder / "pki", node=NODE)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    write_kubeconfig(folder / "kubeconfig", url, credentials)
    settings = ApiServerSettings(folder / "api.db", credentials, node=NODE)
    async with apiserver(settings, [Endpoint(listening, credentials.server_tls())]) as objects:
        yield Served(url, objects, credentials)
