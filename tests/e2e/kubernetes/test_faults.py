"""What breaks, and what must not: calls go on while parts of the mesh die."""

from clusters import Mesh, eventually
from gateway_load import Load


def test_a_killed_control_plane_costs_no_call_and_its_successor_serves_every_proxy(mesh: Mesh) -> None:
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        for pod in mesh.pods("istio-system", "app=istiod"):
            mesh.kubectl("delete", "pod", "-n", "istio-system", pod["metadata"]["name"], "--grace-period=0", "--force")
        assert eventually(lambda: "details-v1" in mesh.lateen("ps", check=False), 60)
        load.more()
    assert load.failed == []


def test_replicas_serve_every_proxy_and_one_of_them_writes(mesh: Mesh) -> None:
    mesh.kubectl("scale", "deployment", "-n", "istio-system", "istiod", "--replicas=2")
    mesh.kubectl("rollout", "status", "deployment", "-n", "istio-system", "istiod", "--timeout=60s")
    try:
        with Load(mesh).on() as load:
            mesh.kubectl("rollout", "restart", "deployment", "-n", "istio-system", "istiod")
            mesh.kubectl("rollout", "status", "deployment", "-n", "istio-system", "istiod", "--timeout=90s")
            assert eventually(
                lambda: all(
                    name in mesh.lateen("ps", check=False) for name in ("details-v1", "reviews-v3", "productpage-v1")
                ),
                60,
            )
            load.more()
        assert load.failed == []
        holder = mesh.get("lease", "-n", "istio-system", "lateen-leader")["spec"]["holderIdentity"]
        assert eventually(lambda: holder != "" and len(mesh.pods("istio-system", "app=istiod")) == 2)
    finally:
        mesh.kubectl("scale", "deployment", "-n", "istio-system", "istiod", "--replicas=1")
        mesh.kubectl("rollout", "status", "deployment", "-n", "istio-system", "istiod", "--timeout=60s")


def test_a_pod_that_is_replaced_costs_no_call(mesh: Mesh) -> None:
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        mesh.kubectl("rollout", "restart", "deployment", "details-v1")
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=60s")
        load.more()
    assert load.failed == []
