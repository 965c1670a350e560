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


def test_a_tag_moves_namespaces_from_one_revision_to_another(mesh: Mesh) -> None:
    mesh.install("profile=minimal", revision="canary")
    try:
        assert "created" in mesh.lateen("tag", "set", "prod", "--revision", "default")
        name = mesh.namespace("tagged")
        mesh.kubectl("label", "namespace", name, "istio.io/rev=prod")
        before = mesh.client(name, "before")
        assert mesh.get("pod", "-n", name, before.name)["metadata"]["annotations"]["istio.io/rev"] == "default"
        told = mesh.lateen("tag", "set", "prod", "--revision", "canary", check=False)
        assert "stands for revision 'default'" in told and "--overwrite" in told
        mesh.lateen("tag", "set", "prod", "--revision", "canary", "--overwrite")
        after = mesh.client(name, "after")
        assert mesh.get("pod", "-n", name, after.name)["metadata"]["annotations"]["istio.io/rev"] == "canary"
        assert "prod   canary     tagged" in mesh.lateen("tag", "list")
        mesh.install("profile=minimal", revision="canary")
        assert "prod   canary     tagged" in mesh.lateen("tag", "list"), "installing again keeps tags"
        assert "there is no control plane of revision 'nowhere'" in mesh.lateen(
            "tag", "set", "x", "--revision", "nowhere", check=False
        )
        assert "removed" in mesh.lateen("tag", "remove", "prod", "-y")
    finally:
        mesh.kubectl("delete", "namespace", "tagged", "--ignore-not-found")
        mesh.lateen("tag", "remove", "prod", "-y", check=False)
        mesh.lateen("uninstall", "-y", "--revision", "canary")
