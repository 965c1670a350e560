"""Answer an API server that asks for a pod's proxy: an AdmissionReview in, one with a JSON patch out.

https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#webhook-request-and-response
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from lateen.base.errors import Fault, Invalid
from lateen.inject.pod import inject
from lateen.inject.settings import InjectSettings

Json = dict[str, Any]

API_VERSION = "admission.k8s.io/v1"


def request_of(review: Any) -> Json:
    """Return what an AdmissionReview asks; raises Invalid when it is none of `admission.k8s.io/v1`."""
    if not isinstance(review, dict) or review.get("kind") != "AdmissionReview":
        raise Invalid("the request", [Fault("kind", "an AdmissionReview is wanted")])
    if review.get("apiVersion") != API_VERSION:
        raise Invalid(
            "the request", [Fault("apiVersion", f"{API_VERSION} is wanted, not {review.get('apiVersion')!r}")]
        )
    request = review.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("uid"), str):
        raise Invalid("the request", [Fault("request.uid", "is missing")])
    return request


def allowed(request: Mapping[str, Any], patch: list[Json] | None = None, warnings: tuple[str, ...] = ()) -> Json:
    """Let the object pass, changed by `patch` (JSON Patch); people are shown `warnings`."""
    response: Json = {"uid": request["uid"], "allowed": True}
    if patch:
        encoded = base64.b64encode(json.dumps(patch, separators=(",", ":")).encode()).decode()
        response |= {"patchType": "JSONPatch", "patch": encoded}
    if warnings:
        response["warnings"] = list(warnings)
    return _review(response)


def refused(request: Mapping[str, Any], message: str, warnings: tuple[str, ...] = ()) -> Json:
    """Refuse the object: `message` is what its author reads."""
    status = {"status": "Failure", "message": message, "reason": "Invalid", "code": 422}
    response: Json = {"uid": request["uid"], "allowed": False, "status": status}
    return _review(response | ({"warnings": list(warnings)} if warnings else {}))


def _review(response: Json) -> Json:
    return {"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response}


def review_pod(request: Mapping[str, Any], namespace: Mapping[str, Any], settings: InjectSettings) -> Json:
    """Answer for a pod that is to be created in `namespace` (an object with its labels)."""
    pod = request.get("object")
    if not isinstance(pod, dict):
        return refused(request, "there is no object to inject")
    pod = _named(pod, namespace["metadata"]["name"])
    try:
        injected = inject(pod, namespace, settings)
    except Invalid as error:
        return refused(request, str(error))
    return allowed(request, None if injected is None else pod_patch(request["object"], injected))


def pod_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Json]:
    """Return the JSON Patch from one pod to another: whole labels, annotations and spec, which always are its own."""
    patch: list[Json] = []
    old, new = before.get("metadata") or {}, after["metadata"]
    if "metadata" not in before:
        patch.append({"op": "add", "path": "/metadata", "value": {}})
    changed = (field for field in ("labels", "annotations") if new.get(field) != old.get(field))
    patch += [{"op": "add", "path": f"/metadata/{field}", "value": new[field]} for field in changed]
    if after["spec"] != before.get("spec"):
        patch.append({"op": "add", "path": "/spec", "value": after["spec"]})
    return patch


def _named(pod: Json, namespace: str) -> Json:
    """A pod of a controller has no namespace in its metadata yet."""
    return pod | {"metadata": {**(pod.get("metadata") or {}), "namespace": namespace}}
