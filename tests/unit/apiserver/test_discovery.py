import pytest

from lateen.apiserver.discovery import answer, content_type, group_versions
from lateen.apiserver.status import Refusal
from lateen.kinds.all import KINDS

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


def test_every_kind_is_found_in_every_version() -> None:
    for kind in KINDS:
        for version in kind.versions:
            place = f"/apis/{kind.group}/{version}" if kind.group else f"/api/{version}"
            document = answer(place)
            assert document is not None
            resources = {resource["name"]: resource for resource in document["resources"]}
            assert resources[kind.plural]["namespaced"] is kind.namespaced


def test_groups_name_their_preferred_version_first() -> None:
    document = answer("/apis")
    assert document is not None
    groups = {group["name"]: group for group in document["groups"]}
    assert groups["networking.istio.io"]["preferredVersion"]["version"] == "v1"
    assert answer("/apis/apps") == {"kind": "APIGroup", "apiVersion": "v1"} | groups["apps"]
    assert answer("/api") == {"kind": "APIVersions", "versions": ["v1"]}


def test_aggregated_discovery_says_the_same() -> None:
    document = answer("/apis", AGGREGATED)
    assert document is not None and document["kind"] == "APIGroupDiscoveryList"
    assert "as=APIGroupDiscoveryList" in content_type(AGGREGATED, document)
    found = {
        (item["metadata"]["name"], version["version"], resource["resource"])
        for item in document["items"]
        for version in item["versions"]
        for resource in version["resources"]
    }
    assert {(kind.group, version, kind.plural) for kind in KINDS if kind.group for version in kind.versions} <= found
    core = answer("/api", AGGREGATED)
    assert core is not None and core["items"][0]["versions"][0]["version"] == "v1"


def test_subresources_are_told() -> None:
    document = answer("/api/v1")
    assert document is not None
    names = {resource["name"] for resource in document["resources"]}
    assert {"pods/log", "pods/proxy", "pods/status", "serviceaccounts/token", "namespaces/status"} <= names


def test_what_is_not_served_is_a_404_and_other_paths_are_none_of_ours() -> None:
    assert answer("/api/v1/pods") is None and answer("/apis/nothing") is None
    for path in ("/api/v2", "/apis/apps/v9", "/apis/nothing/v1"):
        with pytest.raises(Refusal):
            answer(path)


def test_groups_and_versions_cover_all_kinds() -> None:
    assert sum(len(kinds) for _, _, kinds in group_versions()) == sum(len(kind.versions) for kind in KINDS)


def test_resources_come_in_the_order_of_their_names() -> None:
    document = answer("/api/v1")
    assert document is not None
    names = [resource["name"] for resource in document["resources"] if "/" not in resource["name"]]
    assert names == sorted(names) and names.index("pods") < names.index("services")
