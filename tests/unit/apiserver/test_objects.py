from typing import Any

import pytest
from apiservers import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    POD,
    VIRTUAL_SERVICE,
    WRITE,
    config_map,
    default,
    deployment,
    pod,
    virtual_service,
)

from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage
from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.kinds.all import by_kind


def refused(code: int, call: Any, *args: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        call(*args)
    assert error.value.code == code
    return error.value


def test_what_was_created_is_there(objects: Objects) -> None:
    made = objects.create(CONFIG_MAP, "default", config_map("c", {"a": "1"}), WRITE)
    assert objects.get(CONFIG_MAP, default("c")) == made and made["data"] == {"a": "1"}
    assert refused(409, objects.create, CONFIG_MAP, "default", config_map("c"), WRITE).reason == "AlreadyExists"
    refused(404, objects.get, CONFIG_MAP, default("d"))


def test_a_stale_update_is_a_conflict_and_changes_nothing(objects: Objects) -> None:
    first = objects.create(CONFIG_MAP, "default", config_map("c", {"a": "1"}), WRITE)
    second = objects.update(CONFIG_MAP, default("c"), lambda _: first | {"data": {"a": "2"}}, WRITE)
    refused(409, objects.update, CONFIG_MAP, default("c"), lambda _: first | {"data": {"a": "3"}}, WRITE)
    assert objects.get(CONFIG_MAP, default("c")) == second


def test_an_update_that_changes_nothing_is_no_write(objects: Objects) -> None:
    first = objects.create(CONFIG_MAP, "default", config_map("c"), WRITE)
    assert objects.update(CONFIG_MAP, default("c"), lambda _: config_map("c"), WRITE) == first
    assert objects.storage.revision == int(first["metadata"]["resourceVersion"])


def test_the_spec_and_the_status_have_separate_writers(objects: Objects) -> None:
    raw = virtual_service("v") | {"status": {"validationMessages": []}}
    first = objects.create(VIRTUAL_SERVICE, "default", raw, WRITE)
    assert "status" not in first
    wish = {"status": {"observedGeneration": "1"}} | {"spec": {}}
    second = objects.update_status(VIRTUAL_SERVICE, default("v"), lambda live: live | wish, WRITE)
    assert second["status"] == wish["status"] and second["spec"] == first["spec"]
    assert second["metadata"]["generation"] == 1
    third = objects.update(VIRTUAL_SERVICE, default("v"), lambda _: virtual_service("v", 50), WRITE)
    assert third["status"] == wish["status"] and third["metadata"]["generation"] == 2


def test_a_dry_run_tells_and_does_not(objects: Objects) -> None:
    dry = WRITE._replace(dry_run=True)
    assert objects.create(CONFIG_MAP, "default", config_map("c"), dry)["metadata"]["uid"]
    assert objects.find(CONFIG_MAP, default("c")) is None
    objects.create(CONFIG_MAP, "default", config_map("c"), WRITE)
    objects.update(CONFIG_MAP, default("c"), lambda _: config_map("c", {"a": "1"}), dry)
    objects.delete(CONFIG_MAP, default("c"), DeleteOptions(), dry_run=True)
    assert objects.get(CONFIG_MAP, default("c"))["data"] == {}


def test_an_invalid_object_is_not_stored(objects: Objects) -> None:
    raw = virtual_service("v")
    raw["spec"]["http"] = "none"
    refused(422, objects.create, VIRTUAL_SERVICE, "default", raw, WRITE)
    objects.create(VIRTUAL_SERVICE, "default", virtual_service("v"), WRITE)
    refused(422, objects.update, VIRTUAL_SERVICE, default("v"), lambda _: raw, WRITE)
    assert objects.get(VIRTUAL_SERVICE, default("v"))["spec"] == virtual_service("v")["spec"]


def test_a_template_is_defaulted_and_its_selector_stays(objects: Objects) -> None:
    made = objects.create(DEPLOYMENT, "default", deployment("d"), WRITE)
    assert made["spec"]["template"]["spec"]["dnsPolicy"] == "ClusterFirst"
    other = deployment("d")
    other["spec"]["selector"] = other["spec"]["template"]["metadata"] = {"matchLabels": {"x": "y"}}
    other["spec"]["template"]["metadata"] = {"labels": {"x": "y"}}
    assert "immutable" in str(refused(422, objects.update, DEPLOYMENT, default("d"), lambda _: other, WRITE))


def test_a_finalizer_holds_an_object_until_it_is_taken_away(objects: Objects) -> None:
    objects.create(CONFIG_MAP, "default", config_map("c", finalizers=["a.b/c"]), WRITE)
    raw, gone = objects.delete(CONFIG_MAP, default("c"), DeleteOptions())
    assert not gone and raw["metadata"]["deletionTimestamp"]
    more = raw | {"metadata": raw["metadata"] | {"finalizers": ["a.b/c", "a.b/d"]}}
    refused(422, objects.update, CONFIG_MAP, default("c"), lambda _: more, WRITE)
    objects.update(CONFIG_MAP, default("c"), lambda live: config_map("c"), WRITE)
    assert objects.find(CONFIG_MAP, default("c")) is None


def test_a_bound_pod_ends_in_two_steps(objects: Objects) -> None:
    objects.create(POD, "default", pod("a"), WRITE)
    raw, gone = objects.delete(POD, default("a"), DeleteOptions())
    assert not gone and raw["metadata"]["deletionGracePeriodSeconds"] == 30
    assert objects.delete(POD, default("a"), DeleteOptions(grace=0, uid=raw["metadata"]["uid"]))[1]
    assert objects.find(POD, default("a")) is None


def test_a_deletion_of_another_object_is_a_conflict(objects: Objects) -> None:
    objects.create(CONFIG_MAP, "default", config_map("c"), WRITE)
    refused(409, objects.delete, CONFIG_MAP, default("c"), DeleteOptions(uid="other"))


def test_applying_creates_then_changes_then_leaves_alone(objects: Objects) -> None:
    made, created = objects.apply(CONFIG_MAP, default("c"), config_map("c", {"a": "1"}), WRITE)
    assert created and made["metadata"]["managedFields"][0]["operation"] == "Apply"
    changed, created = objects.apply(CONFIG_MAP, default("c"), config_map("c", {"a": "2"}), WRITE)
    assert not created and changed["data"] == {"a": "2"}
    assert objects.apply(CONFIG_MAP, default("c"), config_map("c", {"a": "2"}), WRITE) == (changed, False)
    other = WRITE._replace(manager="other")
    refused(409, objects.apply, CONFIG_MAP, default("c"), config_map("c", {"a": "3"}), other)
    forced, _ = objects.apply(CONFIG_MAP, default("c"), config_map("c", {"a": "3"}), other, force=True)
    assert forced["data"] == {"a": "3"}


def test_admissions_change_and_refuse(storage: Storage, clock: FakeClock) -> None:
    def label(operation: str, kind: Any, raw: dict[str, Any], lookup: Any) -> dict[str, Any]:
        if raw["metadata"]["name"] == "bad":
            raise LateenError("not with me")
        return raw | {"metadata": raw["metadata"] | {"labels": {"seen": operation}}}

    objects = Objects(storage, (label,), clock=clock)
    assert objects.create(CONFIG_MAP, "n", config_map("c", namespace="n"), WRITE)["metadata"]["labels"] == {
        "seen": "CREATE"
    }
    told = refused(403, objects.create, CONFIG_MAP, "n", config_map("bad", namespace="n"), WRITE)
    assert str(told) == 'configmaps "bad" is forbidden: not with me'


def test_a_new_namespace_has_its_default_account(objects: Objects) -> None:
    objects.create(NAMESPACE, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}, WRITE)
    assert objects.get(by_kind("ServiceAccount"), Key("n", "default"))
    applied = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "m"}}
    objects.apply(NAMESPACE, Key("", "m"), applied, WRITE)
    assert objects.get(by_kind("ServiceAccount"), Key("m", "default"))
