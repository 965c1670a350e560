from dataclasses import replace

from lateen.install.crds import crd, crds
from lateen.kinds.all import KINDS, by_kind
from lateen.kinds.spec import Column

VIRTUAL_SERVICE = by_kind("VirtualService")


def test_every_kind_that_kubernetes_lacks_has_a_definition() -> None:
    names = {found["metadata"]["name"] for found in crds()}
    assert names == {kind.resource for kind in KINDS if kind.group.endswith((".istio.io", "lateen.dev"))}
    assert "processimages.lateen.dev" in names and "pods" not in names


def test_names_scope_and_categories_are_the_kinds() -> None:
    spec = crd(VIRTUAL_SERVICE)["spec"]
    assert spec["group"] == "networking.istio.io" and spec["scope"] == "Namespaced"
    assert spec["names"] == {
        "kind": "VirtualService",
        "listKind": "VirtualServiceList",
        "plural": "virtualservices",
        "singular": "virtualservice",
        "shortNames": ["vs"],
        "categories": ["istio-io", "networking-istio-io"],
    }
    assert crd(by_kind("ProcessImage"))["spec"]["scope"] == "Cluster"


def test_every_version_is_served_and_one_is_stored() -> None:
    versions = crd(VIRTUAL_SERVICE)["spec"]["versions"]
    assert [(version["name"], version["storage"]) for version in versions] == [
        ("v1", True),
        ("v1beta1", False),
        ("v1alpha3", False),
    ]
    older = crd(replace(VIRTUAL_SERVICE, storage_version="v1beta1"))["spec"]["versions"]
    assert [version["name"] for version in older if version["storage"]] == ["v1beta1"]


def test_a_status_is_a_subresource() -> None:
    assert crd(VIRTUAL_SERVICE)["spec"]["versions"][0]["subresources"] == {"status": {}}
    assert "subresources" not in crd(by_kind("ProcessImage"))["spec"]["versions"][0]


def test_columns_have_json_paths_and_the_descriptions_of_their_fields() -> None:
    columns = {each["name"]: each for each in crd(VIRTUAL_SERVICE)["spec"]["versions"][0]["additionalPrinterColumns"]}
    assert list(columns) == ["Gateways", "Hosts", "Age"]
    assert columns["Age"] == {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
    status = crd(replace(VIRTUAL_SERVICE, columns=(Column("Status", ".status", "string"),)))
    assert status["spec"]["versions"][0]["additionalPrinterColumns"][0]["description"].startswith("What is the case")


def test_what_every_object_has_is_left_to_the_server() -> None:
    schema = crd(VIRTUAL_SERVICE)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert schema["properties"].keys() == {"spec", "status"} and schema["required"] == ["spec"]
