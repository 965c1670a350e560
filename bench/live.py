"""What a real mesh on this machine takes: from nothing to a starred page, and from a change to the last ACK."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
BOOKINFO = [
    ROOT / "examples/bookinfo" / name for name in ("images.yaml", "bookinfo.yaml", "networking/bookinfo-gateway.yaml")
]


def run(changes: int = 30) -> None:
    from mesh import Mesh

    mesh = Mesh(Path(tempfile.mkdtemp(prefix="lateen-bench-")))
    try:
        begun = time.perf_counter()
        mesh.up(*BOOKINFO)
        ready = time.perf_counter() - begun
        while not re.search("data-stars", _page(mesh.gateway)):
            if time.perf_counter() - begun > 120:
                raise SystemExit("no page with stars")
        print(
            f"lateen up with Bookinfo: ready after {ready:.1f} s, a starred page through the sidecars after {time.perf_counter() - begun:.1f} s"
        )
        _changes(mesh, changes)
        _memory(mesh)
    finally:
        mesh.down()


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/productpage", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def _changes(mesh: Any, count: int) -> None:
    """Change a VirtualService of `reviews`; time from the write to the last proxy's acknowledgement."""
    import asyncio

    asyncio.run(_measure(mesh, count))


async def _measure(mesh: Any, count: int) -> None:
    from lateen.base.clock import SystemClock
    from lateen.base.refs import Key
    from lateen.cli.connection import ask
    from lateen.kinds.all import by_kind
    from lateen.sources.client import Client

    clock = SystemClock()
    socket = mesh.run_folder / "istiod.sock"
    kind = by_kind("VirtualService")
    async with Client.from_kubeconfig(mesh.state / "kubeconfig") as client:
        await client.apply(kind, _virtual_service(0))
        spent, bytes_per_proxy = [], {}
        for number in range(1, count + 1):
            await clock.sleep(0.2)  # a quiet mesh
            before = {each["proxy"]: each["bytes_sent"] for each in await ask(socket, "/debug/syncz")}
            begun = time.perf_counter()
            after = await client.replace(
                kind, {**await client.get(kind, Key("default", "bench")), **_virtual_service(number)}
            )
            written = time.perf_counter()
            version = after["metadata"]["resourceVersion"]
            await ask(socket, f"/debug/caught-up?kind=VirtualService&version={version}")
            spent.append((time.perf_counter() - begun, written - begun))
            bytes_per_proxy = {
                each["proxy"]: each["bytes_sent"] - before[each["proxy"]] for each in await ask(socket, "/debug/syncz")
            }
        whole = sorted(1000 * each[0] for each in spent)
        print(
            f"a changed VirtualService, from the API call to the last ACK: median {whole[count // 2]:.0f} ms (of it the call itself {1000 * sorted(each[1] for each in spent)[count // 2]:.0f} ms), worst of {count}: {whole[-1]:.0f} ms"
        )
        print(f"  bytes sent by the last change: {json.dumps(bytes_per_proxy)}")


def _virtual_service(number: int) -> dict[str, Any]:
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "bench", "namespace": "default"},
            "spec": {"hosts": ["reviews"], "http": [{"timeout": f"{10 + number}s", "route": [{"destination": {"host": "reviews"}}]}]}}  # fmt: skip


def _memory(mesh: Any) -> None:
    processes = json.loads(
        subprocess.run(
            [sys.executable, "-m", "lateen", "status", "-o", "json"],
            env=mesh.env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )["processes"]
    sizes = {name: _rss(pid) for name, pid in processes.items()}
    print(f"  memory: {', '.join(f'{name} {size} MB' for name, size in sizes.items())}")


def _rss(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) // 1024 if found else 0
