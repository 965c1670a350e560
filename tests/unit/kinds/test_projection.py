from typing import Any

import msgspec
import pytest

from lateen.base.refs import Key
from lateen.kinds.all import KINDS, by_kind
from lateen.kinds.projection import LAST_APPLIED, head_of, narrow, project, project_raw, whole
from lateen.kinds.spec import KindSpec

POD = by_kind("Pod")
META = {
    "name": "a",
    "namespace": "n",
    "uid": "u",
    "resourceVersion": "7",
    "annotations": {LAST_APPLIED: "{}", "kept": "yes"},
    "managedFields": [{"manager": "kubectl"}],
}


def pod(**more: Any) -> dict[str, Any]:
    containers = [{"name": "app", "image": "i", "env": [{"name": "A", "value": "b"}], "ports": [{"containerPort": 80}]}]
    spec = {"containers": containers, "volumes": [{"name": "v"}], "nodeName": "node"}
    return {"metadata": META, "spec": spec, "status": {"phase": "Running", "podIP": "10.0.0.1"}} | more


def test_only_what_is_declared_is_read() -> None:
    found = project(POD, msgspec.json.encode(pod()))
    assert found is not None and found.key == Key("n", "a") and found.raw == {}
    assert found.model.spec.containers[0].ports[0].container_port == 80 and found.model.status.pod_ip == "10.0.0.1"
    assert found.annotations == {"kept": "yes"}
    for path in ("spec.volumes", "spec.containers.0.env", "metadata.managed_fields", "metadata.resource_version"):
        with pytest.raises(AttributeError):
            _at(found.model, path)


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


def test_what_is_not_read_makes_no_difference() -> None:
    other = pod() | {"metadata": META | {"resourceVersion": "8", "managedFields": []}}
    other["spec"]["volumes"] = []
    one, two = (project(POD, msgspec.json.encode(raw)) for raw in (pod(), other))
    assert one is not None and one == two


def test_properties_of_the_model_stay() -> None:
    ready = [{"type": "Ready", "status": "True", "lastProbeTime": None, "lastTransitionTime": "now"}]
    found = project(POD, msgspec.json.encode(pod(status={"conditions": ready})))
    assert found is not None and found.model.status.conditions[0].type == "Ready"
    secret = {"metadata": META, "data": {"key": "c2VjcmV0"}}
    kept = project(by_kind("Secret"), msgspec.json.encode(secret))
    assert kept is not None and "c2VjcmV0" not in repr(kept.model) and "c2VjcmV0" not in repr(kept)


def test_null_is_as_good_as_absent() -> None:
    slice_ = {"metadata": META, "addressType": "IPv4", "endpoints": None, "ports": None}
    found = project(by_kind("EndpointSlice"), msgspec.json.encode(slice_))
    assert found is not None and found.model.endpoints == ()


def test_what_does_not_fit_is_not_read() -> None:
    assert project(POD, msgspec.json.encode(pod(status={"phase": 5}))) is None
    assert project_raw(POD, pod(spec={"containers": "none"})) is None


def test_an_object_as_written_comes_without_what_changes_by_itself() -> None:
    kind = by_kind("VirtualService")
    raw = {"metadata": META | {"generation": 2}, "spec": {"hosts": ["a"]}, "status": {"observedGeneration": 1}}
    found, status = whole(kind, msgspec.json.encode(raw), "v1beta1")
    meta = {"name": "a", "namespace": "n", "uid": "u", "generation": 2, "annotations": {"kept": "yes"}}
    assert found == {"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService", "metadata": meta, "spec": {"hosts": ["a"]}}  # fmt: skip
    assert status == {"observedGeneration": 1}


def test_a_head_says_which_object_it_is() -> None:
    assert head_of(msgspec.json.encode(pod())) == (Key("n", "a"), "u", "7")
    assert head_of(b'{"metadata": {"resourceVersion": "9", "creationTimestamp": null}}').version == "9"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.reads], ids=lambda kind: kind.kind)
def test_every_declared_field_is_one(kind: KindSpec) -> None:
    made = narrow(kind.model, kind.reads)
    assert {field.encode_name for field in msgspec.structs.fields(made)} == {p.partition(".")[0] for p in kind.reads}


def test_a_field_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        narrow(POD.model, ["spec.containres"])
