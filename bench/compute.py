"""What computing costs: a cold build of 1,000 services, and one change afterwards."""

import time
from collections import Counter
from collections.abc import Callable

from bench import world
from lateen.app.memory import tune_garbage_collection
from lateen.app.pipeline import TYPES, Pipeline
from lateen.proto import types

SHORT = {
    types.CLUSTER: "clusters",
    types.ENDPOINT: "endpoints",
    types.LISTENER: "listeners",
    types.ROUTE: "routes",
    types.EXTENSION_CONFIG: "extensions",
}


def run(services: int = 1000, rounds: int = 5) -> None:
    tune_garbage_collection()  # as the control plane does
    cold = []
    for _ in range(rounds):
        pipeline = world.filled(services)
        begun = time.process_time()
        proxy = world.connect(pipeline, "svc-0-0")
        cold.append((time.process_time() - begun) * 1000)
    sizes = {SHORT[t]: sum(len(pipeline.view(t, scope).names()) for scope in proxy.scopes) for t in TYPES}
    print(
        f"cold build for the first proxy, {services} services × 2 endpoints: {min(cold):.0f} ms CPU (median {sorted(cold)[rounds // 2]:.0f}); {sizes}"
    )
    second = time.process_time()
    world.connect(pipeline, "svc-1-0")
    print(f"  the same for a second workload of that namespace: {(time.process_time() - second) * 1000:.2f} ms CPU")
    _change(pipeline, "one endpoint leaves", lambda: pipeline.store.put(world.endpoints(7, replicas=1)))
    _change(pipeline, "one service's port is renamed", lambda: pipeline.store.put(_renamed(9)))
    _change(pipeline, "a VirtualService is added for one host", lambda: pipeline.store.put(_virtual_service(11)))
    _change(pipeline, "the same VirtualService again, unchanged", lambda: pipeline.store.put(_virtual_service(11)))


def _renamed(number: int) -> world.Raw:
    raw = world.service(number)
    raw["spec"]["ports"][0]["name"] = "http-web"
    return raw


def _virtual_service(number: int) -> world.Raw:
    route = {"destination": {"host": f"svc-{number}"}}
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": world.meta(f"vs-{number}"),
            "spec": {"hosts": [f"svc-{number}"], "http": [{"timeout": "3s", "route": [route]}]}}  # fmt: skip


def _change(pipeline: Pipeline, what: str, change: Callable[[], object]) -> None:
    last = pipeline.engine.events[-1].sequence if pipeline.engine.events else 0
    begun = time.process_time()
    change()
    pipeline.settle()
    spent = (time.process_time() - begun) * 1000
    ran = Counter(name for name, _ in pipeline.engine.ran(since=last + 1))
    built = {name: ran[name] for name in SHORT.values() if ran[name]}
    print(f"  {what}: {sum(ran.values())} computations, resources built: {built or 'none'}; {spent:.2f} ms CPU")
