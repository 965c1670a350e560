"""The Gateway API's kinds beside Istio's: their versions, their limits, and which of two kinds of one name comes first."""

from typing import Any

import pytest
from apis import Api
from kubernetes.cluster import Cluster
from kubernetes.definitions import ISTIO, install, istio_definitions

from lateen.install.crds import crd
from lateen.kinds.all import by_kind

HTTP_ROUTE, TCP_ROUTE = by_kind("HTTPRoute"), by_kind("TCPRoute")
# Kubernetes wants groups of its own community approved, or said to be trials.
UNAPPROVED = {"api-approved.kubernetes.io": "unapproved, a test's"}

pytestmark = pytest.mark.skipif(not ISTIO.exists(), reason=f"{ISTIO} is not here: there is nothing to stand beside")


@pytest.fixture(autouse=True)
async def definitions(cluster: Cluster | None) -> None:
    """Definitions made from our own kinds; the embedded server has them of itself."""
    if cluster is not None:
        made = [crd(HTTP_ROUTE), crd(TCP_ROUTE)]
        for each in made:
            each["metadata"]["annotations"] = UNAPPROVED
        istios = [each for each in istio_definitions() if each["metadata"]["name"] == "gateways.networking.istio.io"]
        async with cluster.client() as client:
            await install(client, [*made, *istios])


def route(api: Api, version: str = "v1", **spec: Any) -> dict[str, Any]:
    meta = {"name": "web", "namespace": api.namespace}
    return {"apiVersion": f"{HTTP_ROUTE.group}/{version}", "kind": "HTTPRoute", "metadata": meta, "spec": spec}


@pytest.mark.parametrize("version", HTTP_ROUTE.versions)
async def test_a_route_is_read_in_every_version(api: Api, version: str) -> None:
    written = route(api, version, hostnames=["a.example.com"], rules=[{"backendRefs": [{"name": "web", "port": 80}]}])
    answer = await api.ask("POST", api.path(HTTP_ROUTE, version=version), written)
    assert answer.status == 201, answer.body
    for other in HTTP_ROUTE.versions:
        found = (await api.ask("GET", api.path(HTTP_ROUTE, "web", version=other))).body
        assert found["apiVersion"] == f"{HTTP_ROUTE.group}/{other}"
        assert found["spec"]["rules"][0]["backendRefs"][0]["name"] == "web"


@pytest.mark.parametrize(
    "spec",
    [
        {"hostnames": ["UPPER.example.com"]},
        {"rules": []},
        {"rules": [{"backendRefs": [{"name": "web", "port": 0}]}]},
        {"rules": [{"filters": [{"type": "Unheard"}]}]},
        {"parentRefs": [{"sectionName": "http"}]},
    ],
    ids=["pattern", "too few", "range", "enum", "required"],
)
async def test_what_breaks_a_limit_is_refused(api: Api, spec: dict[str, Any]) -> None:
    answer = await api.ask("POST", api.path(HTTP_ROUTE, version="v1"), route(api, **spec))
    assert (answer.status, answer.body["reason"]) == (422, "Invalid"), answer.body


async def test_a_name_of_two_kinds_means_the_gateway_apis_as_its_group_comes_first(api: Api) -> None:
    groups = [each["name"] for each in (await api.ask("GET", "/apis")).body["groups"]]
    assert groups.index("gateway.networking.k8s.io") < groups.index("networking.istio.io")
    assert groups.index("apps") < groups.index("gateway.networking.k8s.io")
