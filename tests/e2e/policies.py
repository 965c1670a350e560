"""Policies of who may call whom, and the documents' case of it, for a mesh on one machine and for one in a cluster."""

from typing import Any

from mesh import ROOT

Raw = dict[str, Any]
API = "security.istio.io/v1"

ORDER_SERVICE_POLICY = ROOT / "examples/reference/order-service-policy.yaml"
CALLERS = {
    "orders-api": "orders",
    "api-gateway": "production",
    "checkout-service": "production",
    "prometheus": "monitoring",
}
"""Each with an account of its own name, in this namespace."""

ORDER_SERVICE_CALLS = {
    ("api-gateway", "GET", "/api/orders"): True,
    ("api-gateway", "POST", "/api/orders"): True,
    ("api-gateway", "GET", "/api/orders/7"): True,
    ("api-gateway", "DELETE", "/api/orders/7"): False,
    ("api-gateway", "GET", "/metrics"): False,
    ("api-gateway", "GET", "/api/ordersx"): False,
    ("checkout-service", "POST", "/api/orders/7/pay"): True,
    ("checkout-service", "PUT", "/api/orders"): False,
    ("prometheus", "GET", "/metrics"): True,
    ("prometheus", "POST", "/metrics"): True,
    ("prometheus", "GET", "/api/orders"): False,
    ("orders-api", "GET", "/api/orders"): False,
    ("outsider", "GET", "/metrics"): False,
}
"""Row 97: whether caller, method and path pass by that policy. The outsider has no proxy."""


def policy(name: str, *rules: Raw, namespace: str, annotations: Raw | None = None, **spec: Any) -> Raw:
    """An AuthorizationPolicy."""
    meta = {"name": name, "namespace": namespace, "annotations": annotations or {}}
    body = {**({"rules": list(rules)} if rules else {}), **spec}
    return {"apiVersion": API, "kind": "AuthorizationPolicy", "metadata": meta, "spec": body}


def principal(*accounts: str) -> Raw:
    """A source by accounts, each as namespace/name."""
    return {"source": {"principals": [f"cluster.local/ns/{account.replace('/', '/sa/')}" for account in accounts]}}


def paths(*found: str, **operation: Any) -> Raw:
    """What is done, by paths and whatever else an operation says."""
    return {"to": [{"operation": {"paths": list(found), **operation}}]}


def peer_authentication(mode: str, *, name: str = "default", namespace: str = "default", **spec: Any) -> Raw:
    """A PeerAuthentication."""
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": API, "kind": "PeerAuthentication", "metadata": meta, "spec": {"mtls": {"mode": mode}, **spec}}
