"""Measure the engine: a thousand services through four chained maps, cold, after one change, after all change."""

from collections.abc import Callable
from time import perf_counter

from lateen.reactive import Engine, Input, Read

SERVICES, MAPS = 1000, 4


def timed(engine: Engine, what: str, change: Callable[[], None]) -> None:
    """Make a change, settle, and print how many computations that took, and how long."""
    before = sum(getattr(collection, "runs", 0) for collection in engine.collections.values())
    start = perf_counter()
    change()
    engine.settle()
    took = perf_counter() - start
    runs = sum(getattr(collection, "runs", 0) for collection in engine.collections.values()) - before
    print(f"{what:32} {runs:5} runs {took * 1e3:8.3f} ms {took / max(runs, 1) * 1e6:6.1f} us each")


def run() -> None:
    engine = Engine()
    services: Input[tuple[str, str], tuple[int, ...]] = engine.input("services")
    pods: Input[tuple[str, str], str] = engine.input("pods")
    by_service = engine.index("pods by service", pods, lambda key, service: [service])

    def grow(read: Read, key: tuple[str, str], value: tuple[int, ...]) -> tuple[int, ...]:
        return (*value, len(read.find(by_service, key[1])))

    last = services
    for number in range(MAPS):
        last = engine.map(f"map {number}", last, grow)  # type: ignore[assignment]
    names = [("ns", f"service-{number}") for number in range(SERVICES)]

    def put(version: int, some: list[tuple[str, str]]) -> None:
        for name in some:
            services.put(name, (version,))

    for name in names:
        pods.put((name[1], "pod"), name[1])
    timed(engine, "cold", lambda: put(0, names))
    timed(engine, "one service changes", lambda: put(1, names[:1]))
    timed(engine, "one pod comes", lambda: pods.put(("new", "pod"), "service-7"))
    timed(engine, "an equal value is put", lambda: put(1, names[:1]))
    timed(engine, "all services change", lambda: put(2, names))


if __name__ == "__main__":
    run()
