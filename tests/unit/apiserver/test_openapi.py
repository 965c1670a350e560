import json
from typing import Any

import pytest

from lateen.apiserver.openapi import describe, digest, index
from lateen.apiserver.status import Refusal


def document(place: str) -> Any:
    return json.loads(describe(place))


def schema(place: str, name: str) -> Any:
    return document(place)["components"]["schemas"][name]


def test_every_place_of_the_index_is_described_and_named_by_its_hash() -> None:
    paths = json.loads(index())["paths"]
    assert {"api/v1", "apis/apps/v1", "apis/networking.istio.io/v1beta1"} <= paths.keys()
    for place, entry in paths.items():
        assert document(place)["openapi"] == "3.0.0"
        assert entry["serverRelativeURL"] == f"/openapi/v3/{place}?hash={digest(describe(place))}"


def test_patches_say_that_the_server_validates() -> None:
    patch = document("api/v1")["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"]
    assert patch["x-kubernetes-group-version-kind"] == {"group": "", "version": "v1", "kind": "Pod"}
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}


def test_schemas_say_what_kind_they_are_of_and_refer_to_their_structs() -> None:
    pod = schema("api/v1", "io.k8s.api.core.v1.Pod")
    assert pod["x-kubernetes-group-version-kind"] == [{"group": "", "version": "v1", "kind": "Pod"}]
    reference = {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    assert pod["properties"]["metadata"]["allOf"] == [reference]
    deployment = schema("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec")["properties"]
    assert deployment["selector"] == {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"}
    assert "io.k8s.api.core.v1.PodSpec" in document("apis/apps/v1")["components"]["schemas"]


def test_every_reference_leads_somewhere() -> None:
    for place in json.loads(index())["paths"]:
        found = document(place)["components"]["schemas"]
        references = set(describe(place).decode().split("#/components/schemas/")[1:])
        assert {reference.partition('"')[0] for reference in references} <= found.keys()


def test_a_kind_of_several_versions_is_described_in_each() -> None:
    for version in ("v1", "v1beta1", "v1alpha3"):
        found = schema(f"apis/networking.istio.io/{version}", f"io.istio.networking.{version}.VirtualService")
        assert found["x-kubernetes-group-version-kind"][0]["version"] == version


def test_another_place_is_a_404() -> None:
    with pytest.raises(Refusal):
        describe("apis/nothing/v1")
