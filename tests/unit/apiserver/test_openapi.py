import pytest

from lateen.apiserver.openapi import describe, index
from lateen.apiserver.status import Refusal


def test_every_place_of_the_index_is_described() -> None:
    paths = index()["paths"]
    assert {"api/v1", "apis/apps/v1", "apis/networking.istio.io/v1beta1"} <= paths.keys()
    for place, entry in paths.items():
        assert describe(place)["openapi"] == "3.0.0" and place in entry["serverRelativeURL"]


def test_patches_say_that_the_server_validates() -> None:
    patch = describe("api/v1")["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"]
    assert patch["x-kubernetes-group-version-kind"] == {"group": "", "version": "v1", "kind": "Pod"}
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}


def test_another_place_is_a_404() -> None:
    with pytest.raises(Refusal):
        describe("apis/nothing/v1")
