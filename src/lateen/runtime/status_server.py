"""What a pod's agent answers at port 15020: how the applications are, and the pod's metrics in one place.

https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/
https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
"""

import asyncio
import json
import logging
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from aiohttp import web

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.inject.probes import STATUS_PORT, VARIABLE
from lateen.runtime.inside import Inside
from lateen.runtime.probes import Target, probe
from lateen.runtime.proxy import ADMIN, drain

_log = logging.getLogger(__name__)

# What comes from this address has passed the proxy, or needs not: capture leaves it alone (`node/capture.py`).
_SOURCE = ("127.0.0.6", 0)
_SECONDS = 5.0
_SCRAPED = "ISTIO_PROMETHEUS_ANNOTATIONS"


def here(ip: str) -> Inside:
    """Return connections out of this process's own network that reach the applications past their proxy."""

    def opened() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.bind(_SOURCE)
        return made

    return Inside(ip, opened)


class StatusServer:
    """Answers `/app-health/…`, `/app-lifecycle/…`, `/stats/prometheus`, `/healthz/ready` and `/drain`."""

    def __init__(self, inside: Inside, role: str, env: Mapping[str, str], drain_seconds: float) -> None:
        """`env`: the variables of the container; raises LateenError when those about probes are no JSON."""
        self._inside, self._role, self._seconds = inside, role, drain_seconds
        self._probes = _read(env, VARIABLE)
        self._scraped = _read(env, _SCRAPED)
        self._runner = web.AppRunner(self.app(), access_log=None)

    def app(self) -> web.Application:
        """Return the routes."""
        app = web.Application()
        for path, asked in self._probes.items():
            app.router.add_get(path, _asking(asked, self._inside))
        app.router.add_get("/stats/prometheus", self._metrics)
        app.router.add_get("/healthz/ready", self._ready)
        app.router.add_post("/drain", self._drain)
        return app

    async def start(self) -> None:
        """Begin to answer. Raises OSError when the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, None, STATUS_PORT).start()

    async def stop(self) -> None:
        """Stop answering."""
        await self._runner.cleanup()

    async def _ready(self, _: web.Request) -> web.Response:
        status, text = await self._inside.http("GET", f"{ADMIN}/ready", seconds=_SECONDS)
        return web.Response(status=status, text=text)

    async def _drain(self, request: web.Request) -> web.Response:
        """Let the proxy take nothing new; the kubelet's hook waits until requests under way have ended."""
        if request.remote not in ("127.0.0.1", "::1", _SOURCE[0]):
            return web.Response(status=403, text="only from within the pod\n")
        await drain(self._inside, self._role, SystemClock(), self._seconds)
        return web.Response(text="drained\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        """Envoy's metrics and the application's; one that does not answer does not take the other away."""
        urls = [f"{ADMIN}/stats/prometheus"]
        for one in self._scraped.get("targets") or ([self._scraped] if self._scraped else ()):
            port, path = one.get("port") or "80", one.get("path") or "/metrics"
            urls.append(f"http://{self._inside.ip}:{port}/{path.lstrip('/')}")
        parts = await asyncio.gather(*(self._part(url) for url in urls))
        return web.Response(text="".join(parts), content_type="text/plain")

    async def _part(self, url: str) -> str:
        try:
            status, text = await self._inside.http("GET", url, seconds=_SECONDS)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("%s: %s", url, error or "no answer")
            return ""
        return f"{text.rstrip()}\n" if status == 200 else ""


def _asking(asked: Mapping[str, Any], inside: Inside) -> Any:
    target = Target({}, lambda: inside, _no_commands)

    async def answer(_: web.Request) -> web.Response:
        wrong = await probe(asked, target)
        return web.Response(status=500 if wrong else 200, text=wrong)

    return answer


async def _no_commands(_: Sequence[str]) -> int:
    """Commands stay the kubelet's; none comes here."""
    return 1


def _read(env: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(env.get(name) or "{}")
    except ValueError as error:
        raise LateenError(f"{name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise LateenError(f"{name}: a mapping is wanted")
    return found
