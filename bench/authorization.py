"""What policies cost: one of 1,000 changes; a workload that 100 rules are for, and its requests in a real Envoy."""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench import world
from lateen.app.memory import tune_garbage_collection
from lateen.app.pipeline import Pipeline
from lateen.proto import types

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "support")]


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
    if os.geteuid() == 0:
        asyncio.run(_requests())


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


async def _requests(count: int = 20_000) -> None:
    """CPU of Envoy per request that the last of so many rules allows, on one connection by mutual TLS."""
    from guarded_meshes import ADDRESS, NUMBERS, PORTS, SERVER, SPIFFE
    from twin import twin
    from twin_requests import Requests
    from worlds import configured, istio, service, slices

    from lateen.simulate.call import Call

    caller = {"tls": "mtls", "identity": SPIFFE + "ns/shop/sa/last", "sni": "web"}
    call = Call(port=80, mode="inbound", address=ADDRESS, host="web", path="/a/b", **caller)
    with tempfile.TemporaryDirectory() as folder:
        async with twin(Path(folder)) as running:
            for rules in (0, 1, 100):
                policy = istio("AuthorizationPolicy", "p", "{}") | {
                    "spec": {"rules": [_rule(n, rules) for n in range(rules)]}
                }
                objects = [
                    service("web", PORTS),
                    slices("web", {"web-1": ADDRESS}, NUMBERS),
                    *([policy] if rules else []),
                ]
                await running.configure(configured(*objects, proxy=SERVER).resources())
                requests = Requests(running)
                await requests.answers([call] * 1000)
                before = _spent(running.pid)
                answers = await requests.answers([call] * count)
                assert {status for status, _ in answers} == {200}, answers[:3]
                spent = (_spent(running.pid) - before) / count * 1e6
                print(f"a request that the last of {rules} rules allows: {spent:.1f} µs of Envoy's CPU")


def _rule(number: int, of: int) -> world.Raw:
    """A rule that no request of the bench meets, the last by name but met."""
    account = "last" if f"{number}" == max(map(str, range(of))) else f"account-{number}"
    source = {"source": {"principals": [f"cluster.local/ns/shop/sa/{account}"]}}
    return {"from": [source], "to": [{"operation": {"methods": ["GET"], "paths": ["/a/*"]}}]}


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
