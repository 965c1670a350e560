"""A pod's labels say which application, version and service it is."""

import pytest

from lateen.node.proxy_facts import ProxyFacts


def facts(**settings: object) -> ProxyFacts:
    return ProxyFacts(pod="p", namespace="n", ip="10.0.0.1", sds_socket="/s", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labels", "name", "revision"),
    [
        ({}, "w", "latest"),
        ({"app": "a", "version": "v1"}, "a", "v1"),
        ({"app": "a", "app.kubernetes.io/name": "k"}, "k", "latest"),
        (
            {"app": "a", "service.istio.io/canonical-name": "c", "service.istio.io/canonical-revision": "r"},
            "c",
            "r",
        ),
    ],
)
def test_canonical_service(labels: dict[str, str], name: str, revision: str) -> None:
    proxy = facts(labels=labels, workload_name="w")
    assert (proxy.canonical_name, proxy.canonical_revision) == (name, revision)


def test_node_id_is_istios() -> None:
    assert facts().node_id == "sidecar~10.0.0.1~p.n~n.svc.cluster.local"
    assert facts(kind="router", dns_domain="example").node_id == "router~10.0.0.1~p.n~n.svc.example"
