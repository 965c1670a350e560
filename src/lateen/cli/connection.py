"""Reach the mesh that a command works on."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from lateen.app.settings import Cluster, Settings, kubeconfigs
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.main import Given
from lateen.kinds.spec import KindSpec
from lateen.sources.client import ApiError, Client
from lateen.sources.kubeconfig import load_kubeconfig

P = ParamSpec("P")
T = TypeVar("T")


def asynchronous(function: Callable[P, Awaitable[T]]) -> Callable[P, T]:
    """Let a click command be written as a coroutine."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        async def call() -> T:
            return await function(*args, **kwargs)

        return asyncio.run(call())

    return run


def settings_of(ctx: click.Context) -> Settings:
    """Return the settings of the mesh that the command line names; where it names none, of the local mesh if one is
    running, else of the cluster that kubectl works on."""
    given: Given = ctx.find_root().obj or Given()
    settings = Settings.load(given.mesh)
    if given.kubeconfig or given.context:
        paths = (Path(given.kubeconfig),) if given.kubeconfig else tuple(kubeconfigs())
        return replace(settings, cluster=Cluster(paths, given.context))
    if given.mesh or _runs(settings) or not any(path.exists() for path in kubeconfigs()):
        return settings
    return replace(settings, cluster=Cluster(tuple(kubeconfigs())))


def _runs(settings: Settings) -> bool:
    return settings.kubeconfig.exists() and settings.node_socket.exists()


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Client]:
    """Give a client of the mesh's API; an error says when no mesh is running."""
    import aiohttp

    if settings.cluster is not None:
        access = load_kubeconfig(settings.cluster.kubeconfigs, settings.cluster.context)
        client, fix = Client.from_access(access), "does kubectl get nodes?"
    elif _runs(settings):
        client, fix = Client.from_kubeconfig(settings.kubeconfig), "is the mesh running? lateen status"
    else:
        raise LateenError(f"no mesh named {settings.mesh!r} is running here", "start one: lateen up -d")
    try:
        yield client
    except aiohttp.ClientConnectionError as error:
        raise LateenError(f"the API at {client.url} does not answer: {error}", fix) from error
    finally:
        await client.close()


async def find(client: Client, kind: KindSpec, key: Key) -> dict[str, Any] | None:
    """Return an object, None when there is none."""
    try:
        return await client.get(kind, key)
    except ApiError as error:
        if error.code != 404:
            raise
        return None


async def ask(socket: Any, path: str, *, method: str = "GET", seconds: float = 30.0) -> Any:
    """Ask a part of the local mesh over its unix socket; returns the JSON answer."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)), timeout=timeout) as http,
            http.request(method, f"http://lateen{path}") as response,
        ):
            answer = await response.json()
            if response.status >= 400:
                raise LateenError(answer.get("error", response.reason), answer.get("fix", ""))
            return answer
    except (aiohttp.ClientError, OSError) as error:
        raise LateenError(f"{socket} does not answer: {error}", "is the mesh running? lateen status") from error
