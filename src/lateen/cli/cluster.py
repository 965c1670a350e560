"""Reach the Kubernetes cluster that a command works on, as kubectl does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import click

from lateen.app.settings import kubeconfigs
from lateen.base.errors import LateenError
from lateen.sources.client import Client
from lateen.sources.kubeconfig import load_kubeconfig


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --kubeconfig and --context."""
    command = click.option("--context", default="", help="The kubeconfig's context, in place of its current one.")(
        command
    )
    return click.option("-c", "--kubeconfig", default="", help="A kubeconfig (KUBECONFIG, ~/.kube/config).")(command)


@asynccontextmanager
async def cluster(kubeconfig: str, context: str) -> AsyncIterator[Client]:
    """Give a client of the cluster; raises LateenError that says why it cannot be reached."""
    paths = [Path(kubeconfig)] if kubeconfig else kubeconfigs()
    client = Client.from_access(load_kubeconfig(paths, context), user_agent="lateen")
    try:
        yield client
    except aiohttp.ClientConnectionError as error:
        raise LateenError(f"the cluster at {client.url} does not answer: {error}", "does kubectl get nodes?") from error
    finally:
        await client.close()
