from typing import Any

from lateen.apiserver.merge_keys import mark_lists
from lateen.kinds.all import by_kind
from lateen.kinds.openapi_schema import Components


def schemas(kind: str) -> dict[str, Any]:
    components = Components(lambda model: model.__name__)
    mark_lists(components.schemas, components.add(by_kind(kind).model), by_kind(kind))
    return components.schemas


def test_lists_of_core_kinds_tell_by_which_key_they_merge() -> None:
    ports = schemas("Deployment")["Container"]["properties"]["ports"]
    assert ports["x-kubernetes-list-type"] == "map"
    assert ports["x-kubernetes-list-map-keys"] == ["containerPort", "protocol"]
    assert ports["x-kubernetes-patch-merge-key"] == "containerPort"
    assert ports["x-kubernetes-patch-strategy"] == "merge"


def test_a_set_is_told_as_a_set() -> None:
    finalizers = schemas("Pod")["ObjectMeta"]["properties"]["finalizers"]
    assert finalizers["x-kubernetes-list-type"] == "set" and "x-kubernetes-list-map-keys" not in finalizers


def test_other_lists_are_not_marked() -> None:
    assert not {name for name in schemas("Pod")["Container"]["properties"]["args"] if name.startswith("x-")}
