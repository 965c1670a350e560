from typing import Any

from lateen.apiserver.system_roles import restored, system_roles
from lateen.kinds.decode import check


def named(kind: str, name: str) -> dict[str, Any]:
    return next(raw for raw in system_roles() if raw["kind"] == kind and raw["metadata"]["name"] == name)


def test_every_one_is_valid_and_every_binding_has_its_role() -> None:
    written = list(system_roles())
    assert [fault for raw in written for fault in check(raw, strict=True)] == []
    roles = {raw["metadata"]["name"] for raw in written if raw["kind"] == "ClusterRole"}
    assert {raw["roleRef"]["name"] for raw in written if raw["kind"] == "ClusterRoleBinding"} <= roles
    assert {"cluster-admin", "admin", "edit", "view", "system:discovery", "system:basic-user"} <= roles


def test_what_was_taken_away_comes_back_and_what_was_added_stays() -> None:
    wanted = named("ClusterRoleBinding", "cluster-admin")
    bob = {"kind": "User", "name": "bob"}
    assert restored(wanted | {"subjects": [bob]}, wanted)["subjects"] == [bob, *wanted["subjects"]]
    assert restored(wanted, wanted) == wanted


def test_an_object_may_be_kept_from_coming_back() -> None:
    wanted = named("ClusterRole", "system:discovery")
    annotations = {"rbac.authorization.kubernetes.io/autoupdate": "false"}
    emptied = wanted | {"rules": [], "metadata": wanted["metadata"] | {"annotations": annotations}}
    assert restored(emptied, wanted) == emptied
