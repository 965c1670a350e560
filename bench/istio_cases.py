"""The cases of Istio's own control-plane benchmark: what a cold build costs, and what one change afterwards."""

import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from bench import world
from lateen.app.memory import tune_garbage_collection
from lateen.app.pipeline import TYPES, Pipeline
from lateen.base.errors import Invalid
from lateen.proto import types
from lateen.xds.view import View

TEMPLATES = Path(__file__).parents[2] / "shared" / "conformance" / "xds-inputs" / "xds" / "benchmarks"
# How large each case is in Istio's benchmark, more or less.
SIZES = {
    "gateways": 100,
    "gateways-shared": 100,
    "knative-gateway": 100,
    "http": 1000,
    "tcp": 1000,
    "tls": 1000,
    "auto": 1000,
    "externalname": 1000,
    "strict": 1000,
    "disabled": 1000,
    "virtualservice": 1000,
    "serviceentry-workloadentry": 100,
    "telemetry-api": 100,
    "authorizationpolicy": 100,
}
_INSTANCES = 1000
_SHORT = {
    types.CLUSTER: "clusters",
    types.ENDPOINT: "endpoints",
    types.LISTENER: "listeners",
    types.ROUTE: "routes",
    types.EXTENSION_CONFIG: "extensions",
}
_LOOP = re.compile(r"{{-? range \$(\w) := until \.(\w+) }}(.*?){{-? end }}", re.DOTALL)
_SUM = re.compile(r"{{\s*(?:(div|mod) )?\$(\w)(?: (\d+|\$\.Services))?\s*}}")


def run(*names: str) -> None:
    """Print the figures of the cases `names`, of all without any."""
    if not TEMPLATES.exists():
        print(f"skipped: the templates are not there ({TEMPLATES})")
        return
    tune_garbage_collection()  # as the control plane does
    for name in names or SIZES:
        _case(name)


def filled(name: str) -> list[dict[str, Any]]:
    """Write out a template with as many of everything as the case has."""
    counts = {"Services": SIZES[name], "Instances": _INSTANCES}
    text = (TEMPLATES / f"{name}.yaml").read_text()
    text = _LOOP.sub(lambda loop: _rounds(loop, counts), text)
    # The faster loader, where the machine has it: a template is long when written out.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [raw for raw in yaml.load_all(text, loader) if raw]


def _rounds(loop: re.Match[str], counts: dict[str, int]) -> str:
    def at(number: int) -> str:
        def value(found: re.Match[str]) -> str:
            operation, _, other = found.groups()
            by = counts["Services"] if other == "$.Services" else int(other or 1)
            return str({"div": number // by, "mod": number % by}.get(operation, number))

        return _SUM.sub(value, loop[3])

    return "".join(map(at, range(counts[loop[2]])))


def _case(name: str) -> None:
    pipeline = Pipeline()
    written = [*filled(name), _proxy(name)]
    objects = [raw for raw in written if _put(pipeline, raw)]
    begun = time.process_time()
    pipeline.settle()
    read = time.process_time()
    proxy = world.connect(pipeline, "bench")
    built = time.process_time()
    views = {kind: [pipeline.view(kind, scope) for scope in proxy.scopes] for kind in TYPES}
    print(f"{name} × {SIZES[name]}: {len(objects)} objects of {len(written)}, whose kinds are served")
    print(f"  cold: read {_ms(begun, read)} and build {_ms(read, built)} ms CPU; {_sizes(views)}")
    for kind in dict.fromkeys(raw["kind"] for raw in objects if raw["kind"] != "Pod"):
        _change(pipeline, next(raw for raw in reversed(objects) if raw["kind"] == kind), views)


def _put(pipeline: Pipeline, raw: dict[str, Any]) -> bool:
    """Put an object; False when the mesh does not know its kind yet."""
    raw["metadata"].setdefault("namespace", "default")
    try:
        pipeline.store.put(raw)
    except (Invalid, KeyError):
        return False
    return True


def _proxy(name: str) -> dict[str, Any]:
    """The proxy that everything is built for: at the address that the templates give to their own."""
    raw = world.pod(0, 0)
    raw["metadata"]["name"] = "bench"
    raw["status"]["podIP"] = "1.1.1.1"
    if "gateway" in name:
        raw["metadata"]["labels"] = {"istio.io/benchmark": "true"}
        raw["metadata"]["annotations"]["inject.istio.io/templates"] = "gateway"
    return raw


def _change(pipeline: Pipeline, raw: dict[str, Any], views: dict[str, list[View]]) -> None:
    """Take an object away and put it back: the costlier of the two."""
    kind, key = raw["kind"], world.Key(raw["metadata"]["namespace"], raw["metadata"]["name"])
    gone = _cost(pipeline, lambda: pipeline.store.delete(kind, key), views)
    back = _cost(pipeline, lambda: pipeline.store.put(raw), views)
    computations, ms, sent = max(gone, back)
    print(f"  one {kind}: {computations} computations, {ms:.2f} ms CPU; sent {sent or 'nothing'}")


def _cost(pipeline: Pipeline, change: Any, views: dict[str, list[View]]) -> tuple[int, float, str]:
    revisions = {view: view.revision for each in views.values() for view in each}
    last = pipeline.engine.events[-1].sequence if pipeline.engine.events else 0
    begun = time.process_time()
    change()
    pipeline.settle()
    spent = (time.process_time() - begun) * 1000
    sent: Counter[str] = Counter()
    for kind, each in views.items():
        for view in each:
            changed = view.changed_since(revisions[view]) or ()
            sent[_SHORT[kind]] += sum(found.size for name in changed if (found := view.get(name)))
    told = ", ".join(f"{size} bytes of {kind}" for kind, size in sent.items() if size)
    return len(list(pipeline.engine.ran(since=last + 1))), spent, told


def _sizes(views: dict[str, list[View]]) -> str:
    parts = []
    for kind, each in views.items():
        found = [resource for view in each for name in view.names() if (resource := view.get(name))]
        parts.append(f"{len(found)} {_SHORT[kind]} ({sum(one.size for one in found) / 1024:.0f} KiB)")
    return ", ".join(parts)


def _ms(begun: float, ended: float) -> str:
    return f"{(ended - begun) * 1000:.0f}"
