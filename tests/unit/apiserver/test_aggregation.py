from typing import Any

import pytest
from apiservers import WRITE

from lateen.apiserver.aggregation import aggregate
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

ROLE = by_kind("ClusterRole")
PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
NODES = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}


def create(objects: Objects, name: str, labels: dict[str, str] | None = None, **fields: Any) -> None:
    metadata = {"name": name, "labels": labels or {}}
    raw = {"apiVersion": ROLE.api_versions[0], "kind": "ClusterRole", "metadata": metadata} | fields
    objects.create(ROLE, "", raw, WRITE)


def rules(objects: Objects, name: str) -> Any:
    aggregate(objects, [])
    return objects.get(ROLE, Key("", name)).get("rules")


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"tier": "a"}},
        {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]},
        {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
    ],
)
def test_a_role_has_the_rules_of_those_it_selects(objects: Objects, selector: dict[str, Any]) -> None:
    create(objects, "all", aggregationRule={"clusterRoleSelectors": [selector]})
    create(objects, "one", {"tier": "a"}, rules=[PODS])
    create(objects, "other", rules=[NODES])
    assert rules(objects, "all") == [PODS]
    create(objects, "two", {"tier": "a"}, rules=[NODES, PODS])
    assert rules(objects, "all") == [PODS, NODES]
    objects.delete(ROLE, Key("", "one"), DeleteOptions())
    objects.delete(ROLE, Key("", "two"), DeleteOptions())
    assert rules(objects, "all") == []


def test_nothing_is_written_when_nothing_is_amiss(objects: Objects) -> None:
    rules(objects, "view"), rules(objects, "view"), rules(objects, "view")
    revision = objects.storage.revision
    aggregate(objects, [])
    assert objects.storage.revision == revision


def test_who_may_edit_may_view(objects: Objects) -> None:
    for _ in range(3):
        aggregate(objects, [])
    view, edit, admin = (objects.get(ROLE, Key("", name))["rules"] for name in ("view", "edit", "admin"))
    assert view and all(rule in edit for rule in view) and all(rule in admin for rule in edit)
    assert not any("secrets" in rule.get("resources", ()) for rule in view)
