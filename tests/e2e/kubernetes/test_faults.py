"""What breaks, and what must not: calls go on while parts of the mesh die."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from clusters import Mesh, eventually


class Load:
    """Calls the gateway all the time; `failed` has what was not answered with 200."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh, self._stop = mesh, threading.Event()
        self.called = 0
        self.failed: list[object] = []
        self._thread = threading.Thread(target=self._run)

    @contextmanager
    def on(self) -> Iterator["Load"]:
        self._url = self._mesh.gateway
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.called += 1
            try:
                with urllib.request.urlopen(f"{self._url}/productpage", timeout=10) as answer:
                    if answer.status != 200:
                        self.failed.append(answer.status)
            except OSError as error:
                self.failed.append(error)


def test_a_killed_control_plane_costs_no_call_and_its_successor_serves_every_proxy(mesh: Mesh) -> None:
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        for pod in mesh.pods("istio-system", "app=istiod"):
            mesh.kubectl("delete", "pod", "-n", "istio-system", pod["metadata"]["name"], "--grace-period=0", "--force")
        assert eventually(lambda: "details-v1" in mesh.lateen("ps", check=False), 60)
        eventually(lambda: load.called > 100, 30)
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
            eventually(lambda: load.called > 100, 30)
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
        called = load.called
        eventually(lambda: load.called > called + 50, 30)
    assert load.failed == []
