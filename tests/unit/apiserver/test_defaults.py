from apiservers import DEPLOYMENT, NAMESPACE, POD, SERVICE, deployment, pod, service

from lateen.apiserver.defaults import fill_in, first_status
from lateen.kinds.all import by_kind


def test_a_deployment_rolls_a_quarter_at_a_time() -> None:
    spec = fill_in(DEPLOYMENT, deployment("d"))["spec"]
    assert spec["replicas"] == 1 and spec["strategy"]["rollingUpdate"] == {"maxUnavailable": "25%", "maxSurge": "25%"}
    assert spec["template"]["spec"]["restartPolicy"] == "Always"
    recreated = deployment("d")
    recreated["spec"]["strategy"] = {"type": "Recreate"}
    assert fill_in(DEPLOYMENT, recreated)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_services_ports_lead_to_themselves() -> None:
    spec = fill_in(SERVICE, service("s"))["spec"]
    assert spec["ports"] == [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 80}]
    assert spec["type"] == "ClusterIP" and spec["ipFamilies"] == ["IPv4"]
    assert "ipFamilies" not in fill_in(SERVICE, service("s", type="ExternalName", externalName="x.y"))["spec"]


def test_a_secrets_plain_text_is_stored_encoded() -> None:
    raw = fill_in(by_kind("Secret"), {"metadata": {"name": "s"}, "stringData": {"a": "b"}, "data": {"c": "ZA=="}})
    assert raw["data"] == {"a": "Yg==", "c": "ZA=="} and "stringData" not in raw and raw["type"] == "Opaque"


def test_a_namespace_carries_its_name_as_label() -> None:
    raw = fill_in(NAMESPACE, {"metadata": {"name": "n", "labels": {"a": "b"}}})
    assert raw["metadata"]["labels"] == {"a": "b", "kubernetes.io/metadata.name": "n"}
    assert raw["spec"] == {"finalizers": ["kubernetes"]}


def test_filling_in_twice_changes_nothing_more() -> None:
    for kind, raw in ((POD, pod("a")), (SERVICE, service("s")), (DEPLOYMENT, deployment("d"))):
        once = fill_in(kind, raw)
        assert fill_in(kind, once) == once


def test_new_objects_begin_with_the_status_that_clients_expect() -> None:
    assert first_status(POD, fill_in(POD, pod("a"))) == {"phase": "Pending", "qosClass": "BestEffort"}
    assert first_status(NAMESPACE, {}) == {"phase": "Active"}
    assert first_status(by_kind("Node"), {"status": {"a": 1}}) == {"a": 1}
    assert first_status(by_kind("VirtualService"), {}) == {}
