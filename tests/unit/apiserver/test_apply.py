from typing import Any

import pytest

from lateen.apiserver.apply import apply
from lateen.apiserver.ownership import Manager, owners_of, record_update
from lateen.apiserver.shapes import shape_of
from lateen.apiserver.status import Refusal

SHAPE = shape_of("apps", "Deployment")


def manager(name: str, operation: str = "Apply") -> Manager:
    return Manager(name, operation, "apps/v1", "", "2026-01-01T00:00:00Z")


def config(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


def container(**fields: Any) -> dict[str, Any]:
    return {"template": {"spec": {"containers": [{"name": "main"} | fields]}}}


EMPTY: dict[str, Any] = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "uid": "u"}}


def test_fields_of_two_appliers_add_up() -> None:
    one = apply(EMPTY, config(replicas=1), manager("one"), SHAPE)
    two = apply(one, config(paused=True), manager("two"), SHAPE)
    assert two["spec"] == {"replicas": 1, "paused": True} and two["metadata"]["uid"] == "u"
    assert len(owners_of(two)) == 2


def test_anothers_field_is_a_conflict_that_names_both() -> None:
    one = apply(EMPTY, config(**container(image="1")), manager("one"), SHAPE)
    with pytest.raises(Refusal) as refused:
        apply(one, config(**container(image="2")), manager("two"), SHAPE)
    assert refused.value.code == 409
    cause = refused.value.details["causes"][0]
    assert cause["field"] == '.spec.template.spec.containers[name="main"].image'
    assert cause["message"] == 'conflict with "one"'


def test_force_takes_the_field_over() -> None:
    one = apply(EMPTY, config(replicas=1), manager("one"), SHAPE)
    two = apply(one, config(replicas=2), manager("two"), SHAPE, force=True)
    assert two["spec"]["replicas"] == 2
    assert [owner.manager.name for owner in owners_of(two)] == ["two"]


def test_the_same_value_is_shared_without_conflict() -> None:
    one = apply(EMPTY, config(replicas=1), manager("one"), SHAPE)
    two = apply(one, config(replicas=1), manager("two"), SHAPE)
    assert {owner.manager.name for owner in owners_of(two)} == {"one", "two"}


def test_what_is_no_longer_applied_goes() -> None:
    one = apply(EMPTY, config(replicas=1, paused=True), manager("one"), SHAPE)
    assert apply(one, config(replicas=1), manager("one"), SHAPE)["spec"] == {"replicas": 1}


def test_what_another_also_owns_stays() -> None:
    one = apply(EMPTY, config(replicas=1, paused=True), manager("one"), SHAPE)
    two = apply(one, config(paused=True), manager("two"), SHAPE)
    assert apply(two, config(replicas=1), manager("one"), SHAPE)["spec"] == {"replicas": 1, "paused": True}


def test_an_item_no_longer_applied_goes_whole() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    one = apply(EMPTY, config(**container(env=env)), manager("one"), SHAPE)
    two = apply(one, config(**container(env=env[:1])), manager("one"), SHAPE)
    assert two["spec"]["template"]["spec"]["containers"][0]["env"] == env[:1]


def test_a_field_written_by_an_update_conflicts_with_its_version_named() -> None:
    live = record_update(None, EMPTY | {"spec": {"replicas": 3}}, manager("scaler", "Update"), SHAPE)
    with pytest.raises(Refusal, match=r'conflict with "scaler" using apps/v1: .spec.replicas'):
        apply(live, config(replicas=1), manager("one"), SHAPE)
