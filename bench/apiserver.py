"""What the embedded API server takes with 10,000 objects in it: lists, a write, a watch by fifty."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))


def run(objects: int = 10_000, watchers: int = 50, writes: int = 200) -> None:
    asyncio.run(_run(objects, watchers, writes))


async def _run(count: int, watchers: int, writes: int) -> None:
    from apiservers import CONFIG_MAP, WRITE, config_map, served

    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as server:
            few = _timed(lambda: _fill(server.objects, "few", 100), 100)
            _fill(server.objects, "many", count - 200)
            many = _timed(lambda: _fill(server.objects, "last", 100), 100)
            print(f"one write: {many * 1000:.2f} ms with {count} objects, {many / few:.2f} times as long as with 100")
            await _lists(server, count)
            await _fan_out(server, watchers, writes, (CONFIG_MAP, config_map, WRITE))


def _fill(objects: object, prefix: str, count: int) -> None:
    from apiservers import CONFIG_MAP, WRITE, config_map

    for number in range(count):
        raw = config_map(f"{prefix}-{number}", {"value": "x" * 200}, labels={"tenth": str(number % 10)})
        objects.create(CONFIG_MAP, "default", raw, WRITE)  # type: ignore[attr-defined]


def _timed(work: object, each: int) -> float:
    begun = time.process_time()
    work()  # type: ignore[operator]
    return (time.process_time() - begun) / each


async def _lists(server: object, count: int) -> None:
    from apiservers import ask

    path = "/api/v1/namespaces/default/configmaps"
    for name, query in (
        ("whole", ""),
        ("first page of 500", "?limit=500"),
        ("a tenth by label", "?labelSelector=tenth%3D3"),
    ):
        begun = time.perf_counter()
        _, body = await ask(server, "GET", path + query)  # type: ignore[arg-type]
        spent = time.perf_counter() - begun
        print(
            f"list {name}: {len(body['items'])} of {count} objects in {spent * 1000:.0f} ms, the client's decoding included"
        )


async def _fan_out(server: object, watchers: int, writes: int, kind: tuple) -> None:
    from lateen.base.tasks import cancel, spawn, until

    config, make, write = kind
    heard = [0] * watchers

    async def follow(index: int) -> None:
        async with server.client() as client:  # type: ignore[attr-defined]
            since = str(server.objects.storage.revision)  # type: ignore[attr-defined]
            async for event in client.watch(config, since, namespace="default"):
                heard[index] += event.type == "ADDED"

    tasks = [spawn(follow(index), name="a watcher") for index in range(watchers)]
    await until(lambda: len(server.objects.storage._subscribers) > 0, seconds=5, what="watchers")  # type: ignore[attr-defined]
    await asyncio.sleep(1.0)
    begun = time.process_time()
    for number in range(writes):
        server.objects.create(config, "default", make(f"watched-{number}"), write)  # type: ignore[attr-defined]
        await asyncio.sleep(0)
    await until(lambda: min(heard) >= writes, seconds=60, what="every event")
    spent = time.process_time() - begun
    await cancel(*tasks)
    print(
        f"watch by {watchers}: {writes} writes are {writes * watchers} events, {spent / writes / watchers * 1e6:.0f} µs of CPU each, writing and the clients' decoding included"
    )
