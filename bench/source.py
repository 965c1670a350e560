"""What following a cluster's pods costs the client: a list of 5,000 in pages, a replay of 5,000 modifications.

The server is a process of its own with answers encoded beforehand: only the client's CPU is counted.
"""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

PAGE = 500


def run(pods: int = 5000) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", f"from bench.source import serve; serve({pods})"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        asyncio.run(_measure(f"http://127.0.0.1:{int(server.stdout.readline())}", pods))
    finally:
        server.kill()
        server.wait()


async def _measure(url: str, pods: int) -> None:
    from lateen.base.tasks import cancel, spawn, until
    from lateen.kinds.all import by_kind
    from lateen.sources.client import Client
    from lateen.sources.informer import Put, Synced, follow
    from lateen.sources.reading import for_mesh

    heard = {"put": 0, "synced": 0}

    def hear(event: Any) -> None:
        heard["put"] += isinstance(event, Put)
        heard["synced"] += isinstance(event, Synced)

    async with Client(url) as client:
        plain = await _as_dicts(url, pods)
        begun = time.process_time()
        task = spawn(follow(client, by_kind("Pod"), hear, read=for_mesh), name="follow")
        await until(lambda: heard["synced"], seconds=60, what="the list", every=0.001)
        listed = time.process_time() - begun
        begun = time.process_time()
        await until(lambda: heard["put"] >= 2 * pods, seconds=60, what="the replay", every=0.001)
        replayed = time.process_time() - begun
        await cancel(task)
    print(
        f"list of {pods} pods, pruned to what the mesh reads: {listed:.2f} s of CPU, {listed / plain:.2f} of plain json dicts"
    )
    print(f"replay of {pods} modifications: {pods / replayed:,.0f} events a second of CPU")


async def _as_dicts(url: str, pods: int) -> float:
    """The same pages into plain dicts by the standard library, as a simple client would."""
    import aiohttp

    begun, token = time.process_time(), ""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}/api/v1/pods", params={"limit": str(PAGE), "continue": token}) as answer:
                page = json.loads(await answer.read())
            token = page["metadata"].get("continue", "")
            if not token:
                return time.process_time() - begun


def serve(pods: int) -> None:
    """Serve pages and one watch on a free port, which is printed."""
    from aiohttp import web

    items = [json.dumps(_pod(number, 1)).encode() for number in range(pods)]
    changes = [
        b'{"type":"MODIFIED","object":' + json.dumps(_pod(number, 2)).encode() + b"}\n" for number in range(pods)
    ]

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.query.get("watch"):
            return await _watch(request, changes)
        at = int(request.query.get("continue") or 0)
        last = at + PAGE >= len(items)
        meta = json.dumps({"resourceVersion": "1"} | ({} if last else {"continue": str(at + PAGE)})).encode()
        body = b'{"kind":"PodList","apiVersion":"v1","metadata":' + meta + b',"items":['
        return web.Response(body=body + b",".join(items[at : at + PAGE]) + b"]}", content_type="application/json")

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/api/v1/pods", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())


async def _watch(request: Any, changes: list[bytes]) -> Any:
    from aiohttp import web

    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for at in range(0, len(changes), 50):
        await response.write(b"".join(changes[at : at + 50]))
    await asyncio.Event().wait()
    return response


def _pod(number: int, version: int) -> dict[str, Any]:
    """A pod of the size that clusters have: most of it is of no concern to a mesh."""
    env = [{"name": f"SETTING_{index}", "value": "x" * 40} for index in range(60)]
    fields = {f"f:field-{index}": {".": {}, "f:name": {}, "f:value": {}} for index in range(120)}
    meta = {
        "name": f"web-{number}", "namespace": f"ns-{number % 50}", "uid": f"{number:032d}",
        "resourceVersion": str(number + version * 1_000_000), "labels": {"app": "web", "version": f"v{version}"},
        "managedFields": [{"manager": "kubelet", "operation": "Update", "fieldsV1": fields}] * 3,
    }  # fmt: skip
    container = {"name": "main", "image": "main:1", "env": env, "ports": [{"name": "http", "containerPort": 8080}]}
    conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]
    status = {
        "phase": "Running",
        "podIP": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
        "conditions": conditions,
    }
    spec = {"nodeName": f"node-{number % 20}", "serviceAccountName": "web", "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}
