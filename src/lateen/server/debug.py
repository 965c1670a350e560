"""Answer questions about the running control plane, as JSON on a socket that only its owner may open."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from lateen.base.errors import LateenError
from lateen.base.sockets import private_socket


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Where the answers come from; each returns what msgspec can write as JSON.

    `caught_up(kind, resource version)` waits until proxies have what that version made of them,
    `gone(address)` until no proxy sends there; both say False when it takes too long.
    `explain_host` and `tls_check` take a proxy and a host ("" = all), `strictness` a namespace ("" = the mesh),
    `bootstrap` what a proxy says of itself before it starts.
    Those that take a name raise KeyError when there is nothing of that name. `ready` returns "" or what is
    still missing. Resources are named `<type>/<name>` by whoever answers `why`.
    """

    ready: Callable[[], str]
    graph: Callable[[], Any]
    syncz: Callable[[], Any]
    authority: Callable[[], Any]
    configz: Callable[[], Any]
    ndsz: Callable[[str], Any]
    plan: Callable[[str], Any]
    resources: Callable[[str], Any]
    session: Callable[[str], Any]
    why: Callable[[str, str], Any]
    explain_host: Callable[[str, str], Any]
    tls_check: Callable[[str, str], Any]
    strictness: Callable[[str], Any]
    bootstrap: Callable[[dict[str, Any]], Any]
    caught_up: Callable[[str, str], Awaitable[bool]]
    gone: Callable[[str], Awaitable[bool]]


class DebugServer:
    """Serves `windows` at `path`, a unix socket of mode 0600."""

    def __init__(self, windows: Windows, path: Path) -> None:
        self._windows = windows
        self._path = path
        self._runner = web.AppRunner(self.app(), access_log=None)

    async def start(self) -> None:
        """Begin to answer; a socket left by an earlier process is replaced."""
        await self._runner.setup()
        await web.SockSite(self._runner, private_socket(self._path)).start()

    async def stop(self) -> None:
        """Stop answering and remove the socket."""
        await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    def app(self) -> web.Application:
        """Return the routes."""
        windows = self._windows
        app = web.Application(middlewares=[_explain])
        app.router.add_get("/ready", self._ready)
        for name, ask in (
            ("graph", windows.graph),
            ("syncz", windows.syncz),
            ("configz", windows.configz),
            ("authority", windows.authority),
        ):
            app.router.add_get(f"/debug/{name}", _whole(ask))
        for name, ask_for in (
            ("plan", windows.plan),
            ("resources", windows.resources),
            ("session", windows.session),
        ):
            app.router.add_get(f"/debug/proxy/{{proxy}}/{name}", _of_proxy(ask_for))
        app.router.add_get("/debug/why", self._why)
        app.router.add_get("/debug/explain/host", self._explain_host)
        app.router.add_get("/debug/tls-check", self._tls_check)
        app.router.add_get("/debug/strictness", self._strictness)
        app.router.add_post("/debug/bootstrap", self._bootstrap)
        app.router.add_get("/debug/ndsz", self._ndsz)
        app.router.add_get("/debug/caught-up", self._caught_up)
        app.router.add_get("/debug/gone", self._gone)
        return app

    async def _ready(self, request: web.Request) -> web.Response:
        missing = self._windows.ready()
        return _json({"ready": not missing, "missing": missing}, status=503 if missing else 200)

    async def _why(self, request: web.Request) -> web.Response:
        if not {"proxy", "resource"} <= set(request.query):
            raise LateenError("two parameters are needed", "ask /debug/why?proxy=<id>&resource=<type>/<name>")
        return _json(self._windows.why(request.query["proxy"], request.query["resource"]))

    async def _explain_host(self, request: web.Request) -> web.Response:
        if not {"proxy", "host"} <= set(request.query):
            raise LateenError("two parameters are needed", "ask /debug/explain/host?proxy=<id>&host=<name>")
        return _json(self._windows.explain_host(request.query["proxy"], request.query["host"]))

    async def _tls_check(self, request: web.Request) -> web.Response:
        if "proxy" not in request.query:
            raise LateenError("a proxy must be named", "ask /debug/tls-check?proxy=<id>&host=<name>")
        return _json(self._windows.tls_check(request.query["proxy"], request.query.get("host", "")))

    async def _strictness(self, request: web.Request) -> web.Response:
        return _json(self._windows.strictness(request.query.get("namespace", "")))

    async def _bootstrap(self, request: web.Request) -> web.Response:
        return _json(self._windows.bootstrap(await request.json()))

    async def _ndsz(self, request: web.Request) -> web.Response:
        if not (proxy := request.query.get("proxyID", "")):
            raise LateenError("a proxy must be named", "ask /debug/ndsz?proxyID=<pod>.<namespace>")
        return _json(self._windows.ndsz(proxy))

    async def _caught_up(self, request: web.Request) -> web.Response:
        kind, version = request.query["kind"], request.query["version"]
        return _json({"caught_up": await self._windows.caught_up(kind, version)})

    async def _gone(self, request: web.Request) -> web.Response:
        return _json({"gone": await self._windows.gone(request.query["address"])})


def _whole(ask: Callable[[], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        return _json(ask())

    return answer


def _of_proxy(ask: Callable[[str], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        return _json(ask(request.match_info["proxy"]))

    return answer


def _json(value: Any, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value, enc_hook=str)
    return web.Response(body=body, status=status, content_type="application/json")


@web.middleware
async def _explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except KeyError as error:
        return _json({"error": f"nothing here is named {error.args[0]!r}" if error.args else "not found"}, status=404)
    except LateenError as error:
        return _json({"error": str(error), "fix": error.fix}, status=400)
