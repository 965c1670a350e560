"""Istio's own injection cases: the parts of them that say what users can see, whatever the implementation."""

import json
from pathlib import Path

import pytest
import yaml

from lateen.base.errors import Invalid
from lateen.inject.owner import owner_of
from lateen.inject.pod import inject
from lateen.inject.settings import InjectSettings

CORPUS = Path(__file__).parents[3] / "shared" / "conformance" / "injection"

# What is not asked of a proxy whose traffic the node captures and whose agent is the node's.
OURS_ALONE = {"image", "lifecycle", "resources", "volumeMounts"}
GO_RUNTIME = {"GOMEMLIMIT", "ISTIO_KUBE_APP_PROBERS", "ISTIO_PROMETHEUS_ANNOTATIONS"}
LOOSE_ANNOTATIONS = {"sidecar.istio.io/status", "proxy.istio.io/overrides", "prometheus.io/port"}
# Settings of an installation that have no meaning here, or features of their own.
OUT_OF_SCOPE = {
    "003",
    "043",
    "012",
    "013",
    "015",
    "016",
    "017",
    "053",
    "060",
    "061",
    "069",
    "070",
    "083",
    "009",
    "010",
    "019",
    "021",
    "042",
    "089",
}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not here: the injection corpus is not tested"),
]


def cases():
    if not CORPUS.exists():
        return []
    found = json.loads((CORPUS / "cases.json").read_text())
    return [
        case
        for case in found
        if case["id"] not in OUT_OF_SCOPE and not case.get("env") and not case.get("operatorValuesFile")
    ]


def pods(text):
    """The pods of a manifest: a workload's template with the owner that its controller would write."""
    for document in yaml.safe_load_all(text):
        for item in (document or {}).get("items") or [document]:
            if item and item["kind"] == "Pod":
                yield item
            elif item and item["kind"] == "Deployment":
                yield pod_of(item)


def pod_of(deployment):
    template = deployment["spec"]["template"]
    name = deployment["metadata"]["name"]
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{name}-hash", "controller": True}
    metadata = template.setdefault("metadata", {})
    metadata["ownerReferences"] = [owner]
    if space := deployment["metadata"].get("namespace"):
        metadata["namespace"] = space
    metadata["labels"] = {**(metadata.get("labels") or {}), "pod-template-hash": "hash"}
    return template


def namespace(pod):
    name = pod["metadata"].pop("namespace", "default")
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


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['id']}-{Path(case['in']).stem}")
def test_injection_is_as_istios(case):
    settings = InjectSettings(proxy_config=case.get("meshConfigOverride", {}).get("defaultConfig", {}))
    given = list(pods((CORPUS / case["in"]).read_text()))
    if not given:
        pytest.skip("no Pod and no Deployment in it")
    if "expectedError" in case:
        with pytest.raises(Invalid) as caught:
            inject(given[0], namespace(given[0]), settings)
        assert case["expectedError"] in str(caught.value).lower().replace("outbound", "")
        return
    wanted = pods((CORPUS / case["want"]).read_text())
    for pod, want in zip(given, wanted, strict=True):
        compare(inject(pod, namespace(pod), settings), want)


def compare(injected, want):
    if proxy(want) is None:
        assert injected is None
        return
    assert visible(proxy(injected)) == visible(proxy(want))
    assert injected["metadata"]["labels"] == want["metadata"]["labels"]
    assert owner_of(injected["metadata"]) == owner_of(want["metadata"])
    annotations, wanted = (
        {name: value for name, value in pod["metadata"]["annotations"].items() if name not in LOOSE_ANNOTATIONS}
        for pod in (injected, want)
    )
    assert annotations == wanted
    assert [c["name"] for c in injected["spec"]["containers"]] == [c["name"] for c in want["spec"]["containers"]]
