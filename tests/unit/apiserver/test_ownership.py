from typing import Any

from lateen.apiserver.ownership import Manager, owned_part, owners_of, record_update
from lateen.apiserver.shapes import shape_of

SHAPE = shape_of("apps", "Deployment")


def raw(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


def manager(name: str) -> Manager:
    return Manager(name, "Update", "apps/v1", "", "2026-01-01T00:00:00Z")


def owned(value: dict[str, Any]) -> dict[str, set[str]]:
    return {owner.manager.name: {path[-1] for path in owner.fields} for owner in owners_of(value)}


def test_who_creates_owns_all() -> None:
    assert owned(record_update(None, raw(a=1, b=2), manager("one"), SHAPE)) == {"one": {"f:a", "f:b"}}


def test_who_changes_a_field_owns_it_alone() -> None:
    first = record_update(None, raw(a=1, b=2), manager("one"), SHAPE)
    second = record_update(first, raw(a=1, b=3), manager("two"), SHAPE)
    assert owned(second) == {"one": {"f:a"}, "two": {"f:b"}}


def test_a_removed_field_is_nobodys() -> None:
    first = record_update(None, raw(a=1, b=2), manager("one"), SHAPE)
    assert owned(record_update(first, raw(a=1), manager("two"), SHAPE)) == {"one": {"f:a"}}


def test_a_write_that_changes_nothing_changes_no_owner() -> None:
    first = record_update(None, raw(a=1), manager("one"), SHAPE)
    assert owned(record_update(first, raw(a=1), manager("two"), SHAPE)) == {"one": {"f:a"}}


def test_what_names_an_object_is_nobodys() -> None:
    meta = {"name": "d", "uid": "u", "resourceVersion": "1", "labels": {"a": "b"}}
    assert owned_part({"apiVersion": "v1", "kind": "X", "metadata": meta}) == {"metadata": {"labels": {"a": "b"}}}
