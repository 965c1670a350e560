"""Make a mesh of many services as plain objects."""

from typing import Any

from lateen.app.pipeline import ConnectedProxy, Pipeline
from lateen.base.refs import Key

Raw = dict[str, Any]


def meta(name: str, namespace: str = "default", **more: Any) -> Raw:
    return {
        "name": name,
        "namespace": namespace,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "uid": f"uid-{namespace}-{name}",
        **more,
    }


def service(number: int, namespace: str = "default") -> Raw:
    name = f"svc-{number}"
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(name, namespace),
            "spec": {"clusterIP": f"10.96.{number // 250}.{number % 250 + 1}", "selector": {"app": name},
                     "ports": [{"name": "http", "port": 8080, "targetPort": 8080}]}}  # fmt: skip


def address(number: int, replica: int) -> str:
    index = number * 2 + replica
    return f"10.{100 + index // 62500}.{index // 250 % 250}.{index % 250 + 1}"


def pod(number: int, replica: int, namespace: str = "default") -> Raw:
    name = f"svc-{number}"
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": meta(f"{name}-{replica}", namespace, labels={"app": name, "version": "v1", "security.istio.io/tlsMode": "istio"},
                             annotations={"sidecar.istio.io/status": "{}"}),
            "spec": {"serviceAccountName": name, "nodeName": "n", "containers": [{"name": "app", "image": "x"}, {"name": "istio-proxy", "image": "auto"}]},
            "status": {"podIP": address(number, replica), "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}  # fmt: skip


def endpoints(number: int, replicas: int = 2, namespace: str = "default") -> Raw:
    name = f"svc-{number}"
    found = [{"addresses": [address(number, r)], "conditions": {"ready": True},
              "targetRef": {"kind": "Pod", "name": f"{name}-{r}", "namespace": namespace}} for r in range(replicas)]  # fmt: skip
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": meta(f"{name}-x", namespace, labels={"kubernetes.io/service-name": name}),
            "endpoints": found, "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]}  # fmt: skip


def namespace(name: str) -> Raw:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def filled(services: int) -> Pipeline:
    """A pipeline that holds `services` services of two pods each in one namespace, settled; nobody is connected."""
    pipeline = Pipeline()
    pipeline.store.put(namespace("default"))
    for number in range(services):
        for raw in (service(number), pod(number, 0), pod(number, 1), endpoints(number)):
            pipeline.store.put(raw)
    pipeline.settle()
    return pipeline


def connect(pipeline: Pipeline, name: str, namespace: str = "default") -> ConnectedProxy:
    """Connect the proxy of a pod."""
    workload = pipeline.plans.workload_at(namespace, name)
    assert workload is not None, Key(namespace, name)
    return ConnectedProxy(pipeline, workload, lambda proxy: None)
