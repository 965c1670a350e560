from typing import Any

import pytest

from lateen.inject.settings import InjectSettings
from lateen.inject.workload import TEMPLATES, inject_object, owner_by_template, template_of

NAMESPACE = {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}}}
SPEC = {"containers": [{"name": "web", "image": "web"}]}


def workload(kind: str, **metadata: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"template": {"metadata": metadata, "spec": SPEC}}
    if kind == "CronJob":
        spec = {"jobTemplate": {"spec": spec}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}


def injected(raw: dict[str, Any]) -> Any:
    return inject_object(raw, NAMESPACE, InjectSettings())


@pytest.mark.parametrize("kind", TEMPLATES)
def test_the_pods_of_a_workload_get_a_proxy_of_its_name(kind: str) -> None:
    raw = workload(kind)
    template = template_of(injected(raw))
    assert template is not None
    env = {each["name"]: each.get("value") for each in template["spec"]["initContainers"][0]["env"]}
    assert env["ISTIO_META_WORKLOAD_NAME"] == "web"
    assert env["ISTIO_META_OWNER"] == f"kubernetes://apis/apps/v1/namespaces/shop/{kind.lower()}s/web"
    assert raw == workload(kind), "what was given stays as it was"


def test_a_label_names_the_workload_otherwise() -> None:
    raw = workload("Deployment", labels={"service.istio.io/workload-name": "shop-front"})
    (proxy,) = injected(raw)["spec"]["template"]["spec"]["initContainers"]
    assert {"name": "ISTIO_META_WORKLOAD_NAME", "value": "shop-front"} in proxy["env"]


def test_what_makes_no_pods_and_what_says_no_has_no_proxy() -> None:
    assert injected({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {}}) is None
    assert injected(workload("Deployment", labels={"sidecar.istio.io/inject": "false"})) is None
    assert template_of({"kind": "Deployment", "spec": {"template": "none"}}) is None


def test_the_items_of_a_list_are_injected_each_for_itself() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    found = injected({"apiVersion": "v1", "kind": "List", "items": [service, workload("StatefulSet")]})
    assert found["items"][0] == service
    assert found["items"][1]["spec"]["template"]["spec"]["initContainers"][0]["name"] == "istio-proxy"
    assert injected({"apiVersion": "v1", "kind": "List", "items": [service]}) is None


def test_a_pod_is_injected_itself() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": SPEC}
    assert injected(pod)["spec"]["initContainers"][0]["name"] == "istio-proxy"


def test_a_workload_owns_its_pods() -> None:
    assert owner_by_template(workload("Job")) == ("apps/v1", "Job", "web")
