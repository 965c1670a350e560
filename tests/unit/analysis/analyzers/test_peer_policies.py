import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, found, istio

from lateen.analysis.analyzers.peer_policies import ANALYZER


def policy(name: str, created: str = "", spec: str = "{mtls: {mode: STRICT}}", namespace: str = "istio-system") -> str:
    text = istio("PeerAuthentication", name, spec, "security").replace(
        "metadata: {", f"metadata: {{namespace: {namespace}, "
    )
    return text.replace("metadata: {", f"metadata: {{creationTimestamp: '{created}', ") if created else text


def test_row_47_of_two_for_the_mesh_the_younger_is_named() -> None:
    (only,) = findings(ANALYZER, policy("default", "2026-02-01T00:00:00Z") + policy("cluster-mtls-strict", "2026-01-01T00:00:00Z"))  # fmt: skip
    assert (only.code, str(only.resource.key)) == ("LAT0008", "istio-system/default")
    assert "for all of the mesh the older PeerAuthentication istio-system/cluster-mtls-strict counts" in only.text


def test_what_is_not_yet_there_is_younger_than_all_that_is() -> None:
    (only,) = findings(ANALYZER, policy("a") + policy("z", "2026-01-01T00:00:00Z"))
    assert only.resource.name == "a"


def test_of_two_for_the_same_labels_one_is_named_and_others_are_not() -> None:
    web = "{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}"
    text = policy("a", spec=web, namespace="shop") + policy("b", spec=web, namespace="shop")
    assert found(ANALYZER, text) == [("LAT0008", "PeerAuthentication shop/b")]
    (only,) = findings(ANALYZER, text)
    assert "workloads with app=web in namespace shop" in only.text
    apart = policy("a", namespace="shop") + policy("b", namespace="bank") + policy("c", spec=web, namespace="shop")
    assert found(ANALYZER, apart) == []
