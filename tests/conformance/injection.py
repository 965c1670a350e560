"""The corpus `injection`: those parts of Istio's injection cases that users can see, whatever the implementation."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import yaml

from lateen.base.errors import Invalid
from lateen.inject.installation import installation_settings
from lateen.inject.workload import inject_object, template_of
from lateen.install.settings import merged, set_value

CORPUS = "injection"
Check = Callable[[], None]

# What is not asked of a proxy whose traffic the node captures and whose agent is the node's.
OURS_ALONE = {"image", "lifecycle", "resources", "volumeMounts"}
GO_RUNTIME = {"GOMEMLIMIT"}
LOOSE_ANNOTATIONS = {"sidecar.istio.io/status", "proxy.istio.io/overrides", "prometheus.io/port"}


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for case in json.loads((root / "cases.json").read_text()):
        yield f"{case['id']}-{Path(case['in']).stem}", partial(check, root, case)


def workloads(text):
    """The pods of a manifest, and the workloads that make pods."""
    for document in yaml.safe_load_all(text):
        for item in (document or {}).get("items") or [document]:
            if item and (item["kind"] == "Pod" or template_of(item)):
                yield item


def pod_of(workload):
    return workload if workload["kind"] == "Pod" else template_of(workload)


def namespace(workload):
    name = workload["metadata"].get("namespace", "default")
    return {"metadata": {"name": name, "labels": {"istio-injection": "enabled"}}}


def proxy(pod):
    everywhere = [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
    return next((container for container in everywhere if container["name"] == "istio-proxy"), None)


def visible(container):
    kept = {name: value for name, value in container.items() if name not in OURS_ALONE}
    kept["env"] = {item["name"]: item for item in container["env"] if item["name"] not in GO_RUNTIME}
    for name in ("PROXY_CONFIG", "ISTIO_META_POD_PORTS"):
        kept["env"][name] = json.loads(kept["env"][name].get("value") or "{}")
    if not kept["env"]["ISTIO_META_APP_CONTAINERS"].get("value"):
        kept["env"]["ISTIO_META_APP_CONTAINERS"] = {"name": "ISTIO_META_APP_CONTAINERS"}
    kept["ports"] = sorted(container["ports"], key=lambda port: port["containerPort"])
    return kept


def settings_of(root, case):
    """What the installation of a case says: an agent in each pod, and an init container that captures."""
    said = {}
    for text in case.get("set", ()):
        said = merged(said, set_value(text))
    overlay = yaml.safe_load((root / case["operatorValuesFile"]).read_text()) if "operatorValuesFile" in case else {}
    values = merged(said.get("values") or {}, ((overlay or {}).get("spec") or {}).get("values") or {})
    components = said.get("components") or {}
    if (components.get("cni") or {}).get("enabled"):
        values = merged(values, {"pilot": {"cni": {"enabled": True}}})
    native = case.get("env", {}).get("ENABLE_NATIVE_SIDECARS") != "false"
    return installation_settings(values, case.get("meshConfigOverride", {}), native_sidecars=native)


def check(root, case):
    settings = settings_of(root, case)
    given = list(workloads((root / case["in"]).read_text()))
    assert given, "nothing to inject in it"
    if "expectedError" in case:
        refused(given[0], settings, case["expectedError"])
        return
    wanted = list(workloads((root / case["want"]).read_text()))
    assert len(given) == len(wanted), "not the same pods"
    for workload, want in zip(given, wanted, strict=True):
        compare(inject_object(workload, namespace(workload), settings), pod_of(want))


def refused(workload, settings, words):
    found = ""
    try:
        inject_object(workload, namespace(workload), settings)
    except Invalid as error:
        found = str(error).lower().replace("outbound", "")
    assert words in found, found or "not refused"


def compare(workload, want):
    assert (workload is None) == (proxy(want) is None), "injected" if workload else "not injected"
    if workload is None:
        return
    injected = pod_of(workload)
    same("istio-proxy", visible(proxy(injected)), visible(proxy(want)))
    same("labels", injected["metadata"]["labels"], want["metadata"]["labels"])
    annotations, wanted = (
        {name: value for name, value in pod["metadata"]["annotations"].items() if name not in LOOSE_ANNOTATIONS}
        for pod in (injected, want)
    )
    same("annotations", annotations, wanted)
    names, wanted = ([each["name"] for each in pod["spec"]["containers"]] for pod in (injected, want))
    same("containers", names, wanted)


def same(what, found, wanted):
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in sorted({*found, *wanted}):
            same(f"{what}.{name}", found.get(name), wanted.get(name))
    else:
        assert found == wanted, f"{what}: {found!r}, not {wanted!r}"
