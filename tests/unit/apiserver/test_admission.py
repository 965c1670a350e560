import pytest
from apiservers import POD, WRITE, config_map, default, pod

from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.base.refs import Key
from lateen.kinds.all import by_kind


def refusal(objects: Objects, kind: str, namespace: str, raw: dict[str, object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        objects.create(by_kind(kind), namespace, raw, WRITE)
    return refused.value


def test_a_namespace_must_exist(objects: Objects) -> None:
    refused = refusal(objects, "ConfigMap", "none", config_map("a", namespace="none"))
    assert refused.code == 404 and str(refused) == 'namespaces "none" not found'


def test_a_namespace_that_ends_takes_nothing_new(objects: Objects) -> None:
    kind = by_kind("Namespace")
    objects.create(kind, "", {"metadata": {"name": "n"}, "apiVersion": "v1", "kind": "Namespace"}, WRITE)
    objects.delete(kind, Key("", "n"), DeleteOptions())
    refused = refusal(objects, "ConfigMap", "n", config_map("a", namespace="n"))
    assert refused.code == 403 and refused.details["causes"][0]["reason"] == "NamespaceTerminating"


def test_default_and_system_namespaces_stay(objects: Objects) -> None:
    with pytest.raises(Refusal) as refused:
        objects.delete(by_kind("Namespace"), Key("", "default"), DeleteOptions())
    assert refused.value.code == 403


def test_a_pod_gets_the_default_account_and_the_node(objects: Objects) -> None:
    spec = objects.create(POD, "default", pod("a"), WRITE)["spec"]
    assert spec["serviceAccountName"] == "default" and spec["nodeName"] == "node0"
    placed = pod("b")
    placed["spec"]["nodeName"] = "other"
    assert objects.create(POD, "default", placed, WRITE)["spec"]["nodeName"] == "other"


def test_a_pods_account_must_exist(objects: Objects) -> None:
    raw = pod("a")
    raw["spec"]["serviceAccountName"] = "nobody"
    refused = refusal(objects, "Pod", "default", raw)
    assert refused.code == 403 and 'serviceaccount "nobody" not found' in str(refused)
    assert objects.find(POD, default("a")) is None


def test_a_pod_gets_its_accounts_token_unless_the_account_declines(objects: Objects) -> None:
    (volume,) = objects.create(POD, "default", pod("a"), WRITE)["spec"]["volumes"]
    assert volume["name"].startswith("kube-api-access-")
    quiet = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "quiet"}}
    objects.create(by_kind("ServiceAccount"), "default", quiet | {"automountServiceAccountToken": False}, WRITE)
    raw = pod("b")
    raw["spec"]["serviceAccountName"] = "quiet"
    assert "volumes" not in objects.create(POD, "default", raw, WRITE)["spec"]
