"""Away again, without a trace."""

from clusters import Mesh


def test_purging_leaves_nothing_of_the_mesh_and_applications_run_on(mesh: Mesh) -> None:
    mesh.lateen("uninstall", "-y", "--purge")
    everything = "customresourcedefinitions,mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterroles,clusterrolebindings"
    left = [raw["metadata"]["name"] for raw in mesh.get(everything)["items"]]
    assert [name for name in left if "istio" in name or "lateen" in name] == []
    inside = "deployments,services,configmaps,secrets,serviceaccounts,roles,rolebindings,leases,poddisruptionbudgets"
    found = [raw["metadata"]["name"] for raw in mesh.get(inside, "-n", "istio-system")["items"]]
    assert set(found) <= {"default", "kube-root-ca.crt"}
    maps = [raw["metadata"]["name"] for raw in mesh.get("configmaps", "-A")["items"]]
    assert "istio-ca-root-cert" not in maps
    mesh.kubectl("wait", "deployment", "productpage-v1", "--for=condition=Available", "--timeout=10s")
