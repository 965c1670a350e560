"""`lateen proxy`: what runs in an injected container, where Istio has `pilot-agent proxy`."""

import asyncio
import sys
import urllib.error
import urllib.request

import click

from lateen.base.errors import LateenError
from lateen.base.tasks import until_seen

_OPTIONS = {"ignore_unknown_options": True, "allow_extra_args": True}
_READY = "http://127.0.0.1:15021/healthz/ready"
_DRAIN = "http://127.0.0.1:15020/drain"


@click.group(hidden=True)
def command() -> None:
    """Run the proxy of this pod; injection starts it."""


@command.command(context_settings=_OPTIONS)
@click.pass_context
def sidecar(ctx: click.Context) -> None:
    """Run a sidecar: identity, names, probes and Envoy. Options are pilot-agent's."""
    _run("sidecar", ctx.args)


@command.command(context_settings=_OPTIONS)
@click.pass_context
def router(ctx: click.Context) -> None:
    """Run a gateway."""
    _run("router", ctx.args)


@command.command()
@click.option("--timeout", "seconds", default=60.0, show_default=True, help="Seconds.")
def wait(seconds: float) -> None:
    """Wait until the proxy of this pod is ready."""

    async def ready() -> bool:
        return await asyncio.to_thread(_answers, _READY)

    try:
        asyncio.run(until_seen(ready, seconds=seconds, what="the proxy"))
    except TimeoutError as error:
        raise LateenError(str(error), "see the log of istio-proxy") from None


@command.command()
def drain() -> None:
    """Have the proxy of this pod take nothing new, and wait until its requests have ended."""
    _answers(_DRAIN, method="POST")


def _run(role: str, options: list[str]) -> None:
    from lateen.runtime.pod_agent import run_pod_agent

    sys.exit(asyncio.run(run_pod_agent(["proxy", role, *options])))


def _answers(url: str, method: str = "GET") -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
