"""What policies cost: one of 1,000 changes; and the resources of a workload that 100 rules are for."""

import time
from collections import Counter

from bench import world
from lateen.app.memory import tune_garbage_collection
from lateen.app.pipeline import Pipeline
from lateen.proto import types


def run() -> None:
    tune_garbage_collection()
    for policies in (10, 1000):
        pipeline = world.filled(10)
        for number in range(policies):
            pipeline.store.put(_policy(number, "GET"))
        world.connect(pipeline, "svc-0-0")
        world.connect(pipeline, "svc-1-0")
        pipeline.settle()
        spent = [_change(pipeline, method) for method in ("PUT", "POST", "DELETE", "HEAD")]
        ran, milliseconds = min(spent, key=lambda one: one[1])
        print(
            f"one of {policies} policies changes: {sum(ran.values())} computations, {milliseconds:.2f} ms CPU; {dict(ran)}"
        )
    _rules()


def _change(pipeline: Pipeline, method: str) -> tuple[Counter[str], float]:
    last = pipeline.engine.events[-1].sequence
    begun = time.process_time()
    pipeline.store.put(_policy(0, method))
    pipeline.settle()
    spent = (time.process_time() - begun) * 1000
    return Counter(name for name, _ in pipeline.engine.ran(since=last + 1)), spent


def _rules() -> None:
    for count in (0, 1, 100):
        pipeline = world.filled(10)
        if count:
            pipeline.store.put(_policy(0, *(f"M{number}" for number in range(count))))
        begun = time.process_time()
        proxy = world.connect(pipeline, "svc-0-0")
        spent = (time.process_time() - begun) * 1000
        views = [pipeline.view(types.LISTENER, scope) for scope in proxy.scopes]
        found = [view.get(name) for view in views for name in view.names() if name == "virtualInbound"]
        size = sum(len(one.value()) for one in found if one)
        print(
            f"a workload that {count} rules are for: virtualInbound of {size:,} bytes, all built in {spent:.1f} ms CPU"
        )


def _policy(number: int, *methods: str) -> world.Raw:
    source = {"principals": [f"cluster.local/ns/default/sa/client-{number}"]}
    rules = [{"from": [{"source": source}], "to": [{"operation": {"methods": [method]}}]} for method in methods]
    return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": world.meta(f"p-{number}"),
            "spec": {"selector": {"matchLabels": {"app": f"svc-{number}"}}, "rules": rules}}  # fmt: skip
