"""A second control plane beside the first: namespaces move by label, and back."""

from clusters import Mesh, eventually


def test_namespaces_move_to_a_revision_by_label_and_back(mesh: Mesh) -> None:
    mesh.install("profile=minimal", revision="canary")
    try:
        name = mesh.namespace("moving", istio_io__rev="canary")
        mesh.kubectl("label", "namespace", name, "istio.io/rev=canary", "--overwrite")
        client = mesh.client(name, "new")
        pod = mesh.get("pod", "-n", name, client.name)
        assert pod["metadata"]["annotations"]["istio.io/rev"] == "canary"
        assert eventually(lambda: client.call("http://productpage.default:9080/productpage").status == 200)
        mesh.kubectl("label", "namespace", name, "istio.io/rev=default", "--overwrite")
        back = mesh.client(name, "back")
        assert mesh.get("pod", "-n", name, back.name)["metadata"]["annotations"]["istio.io/rev"] == "default"
        assert back.call("http://productpage.default:9080/productpage").status == 200
    finally:
        mesh.kubectl("delete", "namespace", "moving", "--ignore-not-found")
        assert "objects removed" in mesh.lateen("uninstall", "-y", "--revision", "canary")
    assert mesh.call().status == 200
    names = {raw["metadata"]["name"] for raw in mesh.get("deployments", "-n", "istio-system")["items"]}
    assert "istiod" in names and "istiod-canary" not in names
