import base64
import json

import pytest

from lateen.base.errors import Invalid
from lateen.inject.review import allowed, pod_patch, refused, request_of, review_pod
from lateen.inject.settings import InjectSettings

NAMESPACE = {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}}}
POD = {"metadata": {"generateName": "web-"}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
REQUEST = {"uid": "7", "namespace": "shop", "object": POD}


def applied(pod, answer):
    """The pod behind the answer's patch, which only adds."""
    made = json.loads(json.dumps(pod))
    for step in json.loads(base64.b64decode(answer["response"]["patch"])):
        place, *path = made, *step["path"].strip("/").split("/")
        for name in path[:-1]:
            place = place[name]
        assert step["op"] == "add"
        place[path[-1]] = step["value"]
    return made


def test_a_pod_gets_its_proxy_by_a_patch():
    answer = review_pod(REQUEST, NAMESPACE, InjectSettings(agent="pod", capture="init"))
    assert answer["response"]["uid"] == "7" and answer["response"]["patchType"] == "JSONPatch"
    pod = applied(POD, answer)
    assert [one["name"] for one in pod["spec"]["initContainers"]] == ["istio-init", "istio-proxy"]
    assert pod["metadata"]["generateName"] == "web-" and "namespace" not in pod["metadata"]


def test_a_pod_that_wants_none_passes_unchanged():
    answer = review_pod(REQUEST, {"metadata": {"name": "shop"}}, InjectSettings())
    assert answer["response"] == {"uid": "7", "allowed": True}


def test_a_pod_that_cannot_be_injected_is_refused_with_the_annotation():
    pod = {**POD, "metadata": {"annotations": {"traffic.sidecar.istio.io/excludeInboundPorts": "http"}}}
    answer = review_pod({**REQUEST, "object": pod}, NAMESPACE, InjectSettings())
    assert not answer["response"]["allowed"]
    assert "excludeInboundPorts" in answer["response"]["status"]["message"]


def test_without_an_object_nothing_is_let_in():
    assert not review_pod({"uid": "7"}, NAMESPACE, InjectSettings())["response"]["allowed"]


@pytest.mark.parametrize(
    "review",
    [
        None,
        [],
        {"kind": "Pod"},
        {"kind": "AdmissionReview", "apiVersion": "v1"},
        {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {}},
    ],
)
def test_what_is_no_review_is_refused(review):
    with pytest.raises(Invalid):
        request_of(review)


def test_a_review_says_what_it_asks():
    review = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": REQUEST}
    assert request_of(review) == REQUEST


def test_warnings_and_reasons_are_told():
    assert allowed(REQUEST, warnings=("old",))["response"]["warnings"] == ["old"]
    told = refused(REQUEST, "no", ("old",))["response"]
    assert (told["status"]["message"], told["warnings"], told["allowed"]) == ("no", ["old"], False)


def test_equal_pods_need_no_patch_and_a_bare_one_gets_metadata():
    assert pod_patch(POD, POD) == []
    after = {"metadata": {"labels": {"a": "b"}}, "spec": {}}
    assert pod_patch({"spec": {}}, after)[0] == {"op": "add", "path": "/metadata", "value": {}}
