import pytest
from worlds import decode_spec

from lateen.kinds.gateway_api.references import BackendObjectReference
from lateen.planner.gateway_api.backends import Reference, find_backend
from lateen.planner.target import Target


def found(text: str, permitted: bool = True):
    return find_backend(decode_spec(BackendObjectReference, text), "shop", lambda reference: permitted)


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("{name: Web, port: 80}", Target("web.shop.svc.cluster.local", 80)),
        ("{name: web, namespace: bank, port: 80}", Target("web.bank.svc.cluster.local", 80)),
        ("{group: networking.istio.io, kind: Hostname, name: A.x, port: 80}", Target("a.x", 80)),
        ("{group: multicluster.x-k8s.io, kind: ServiceImport, name: web, port: 80}",
         Target("web.shop.svc.clusterset.local", 80)),
    ],
)  # fmt: skip
def test_a_backend_is_a_host(said, target):
    assert found(said) == target


def test_another_kind_means_nothing():
    assert found("{kind: Bucket, name: web}").reason == "InvalidKind"
    assert found("{group: a.x, kind: Service, name: web}").reason == "InvalidKind"


def test_another_namespace_is_asked():
    asked: list[Reference] = []
    said = decode_spec(BackendObjectReference, "{name: web, namespace: bank, port: 80}")
    refused = find_backend(said, "shop", lambda reference: bool(asked.append(reference)))
    assert refused.reason == "RefNotPermitted" and asked == [Reference("", "Service", "bank", "web")]
    assert found("{name: web, namespace: shop, port: 80}", permitted=False) == Target("web.shop.svc.cluster.local", 80)
