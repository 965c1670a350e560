from typing import Any

import pytest

from lateen.apiserver.shapes import shape_of
from lateen.apiserver.status import Refusal
from lateen.apiserver.strategic_patch import strategic_patch

POD = shape_of("", "Pod")


def containers(*items: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"containers": list(items)}}


def test_containers_merge_by_name() -> None:
    live = containers({"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}, {"name": "b"})
    patch = containers({"name": "a", "image": "2", "env": [{"name": "Y", "value": "2"}]}, {"name": "c"})
    merged = strategic_patch(live, patch, POD)["spec"]["containers"]
    assert [item["name"] for item in merged] == ["a", "b", "c"]
    assert merged[0]["image"] == "2" and [item["name"] for item in merged[0]["env"]] == ["X", "Y"]


def test_the_delete_directive_removes_an_item() -> None:
    live = containers({"name": "a"}, {"name": "b"})
    assert strategic_patch(live, containers({"name": "a", "$patch": "delete"}), POD) == containers({"name": "b"})


def test_the_replace_directive_replaces_map_and_list() -> None:
    live = {"metadata": {"labels": {"a": "1"}}} | containers({"name": "a"}, {"name": "b"})
    patch = {"metadata": {"labels": {"$patch": "replace", "b": "2"}}} | containers({"$patch": "replace"}, {"name": "c"})
    assert strategic_patch(live, patch, POD) == {"metadata": {"labels": {"b": "2"}}} | containers({"name": "c"})


def test_null_removes_a_field() -> None:
    assert strategic_patch({"spec": {"a": 1, "b": 2}}, {"spec": {"a": None}}, POD) == {"spec": {"b": 2}}


def test_the_order_directive_orders_and_others_keep_their_place() -> None:
    live = containers({"name": "a"}, {"name": "injected"}, {"name": "b"})
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
            "containers": [{"name": "b", "image": "2"}],
        }
    }
    merged = strategic_patch(live, patch, POD)["spec"]["containers"]
    assert [item["name"] for item in merged if item["name"] != "injected"] == ["b", "a"]
    assert {"name": "injected"} in merged and len(merged) == 3


def test_an_order_alone_reorders() -> None:
    live = containers({"name": "a"}, {"name": "b"})
    patch = {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}
    assert strategic_patch(live, patch, POD) == containers({"name": "b"}, {"name": "a"})


def test_sets_unite_and_delete_by_directive() -> None:
    live = {"metadata": {"finalizers": ["a", "b"]}}
    patch = {"metadata": {"finalizers": ["c"], "$deleteFromPrimitiveList/finalizers": ["a"]}}
    assert strategic_patch(live, patch, POD) == {"metadata": {"finalizers": ["b", "c"]}}


def test_retain_keys_drops_the_others() -> None:
    live = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    merged = strategic_patch(live, patch, shape_of("apps", "Deployment"))
    assert merged == {"spec": {"strategy": {"type": "Recreate"}}}


def test_lists_without_a_key_are_replaced() -> None:
    assert strategic_patch({"spec": {"x": [1, 2]}}, {"spec": {"x": [3]}}, POD) == {"spec": {"x": [3]}}


def test_service_ports_merge_by_port_and_container_ports_by_container_port() -> None:
    live = {"spec": {"ports": [{"port": 80, "targetPort": 1}]}}
    merged = strategic_patch(
        live, {"spec": {"ports": [{"port": 80, "targetPort": 2}, {"port": 81}]}}, shape_of("", "Service")
    )
    assert merged == {"spec": {"ports": [{"port": 80, "targetPort": 2}, {"port": 81}]}}


def test_an_item_without_its_key_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        strategic_patch(containers({"name": "a"}), containers({"image": "x"}), POD)
    assert refused.value.code == 400


def test_an_unknown_directive_is_refused() -> None:
    with pytest.raises(Refusal):
        strategic_patch({"spec": {}}, {"spec": {"$patch": "explode"}}, POD)
