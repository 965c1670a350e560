"""What a proxy says of itself is read, and compared with what it proved."""

import pytest

from lateen.proto import descriptors
from lateen.server.auth import Caller, Forbidden
from lateen.server.proxy_node import BadNode, confirm, parse_id, read_node

REQUEST = "envoy.service.discovery.v3.DeltaDiscoveryRequest"


def request(node_id: str) -> bytes:
    message = descriptors.message(REQUEST)()
    message.node.id = node_id
    message.node.cluster = "reviews.default"
    message.node.locality.zone = "z"
    message.node.metadata.update({"LABELS": {"app": "reviews"}, "CLUSTER_ID": "Kubernetes"})
    return bytes(message.SerializeToString())


def test_node_is_read() -> None:
    node = read_node(request("sidecar~10.1.1.1~reviews.v1-x.default~default.svc.cluster.local"))
    assert (node.kind, node.ip, node.pod, node.namespace) == (
        "sidecar",
        "10.1.1.1",
        "reviews.v1-x",
        "default",
    )
    assert node.locality == ("", "z", "")
    assert node.metadata["LABELS"] == {"app": "reviews"}


@pytest.mark.parametrize("node_id", ["", "x", "sidecar~1~pod~d", "other~1~p.n~d", "sidecar~1~.n~d", "sidecar~1~p.n"])
def test_improper_ids_are_refused(node_id: str) -> None:
    with pytest.raises(BadNode):
        parse_id(node_id)
    with pytest.raises(BadNode):
        read_node(request(node_id))


def test_nonsense_is_refused() -> None:
    with pytest.raises(BadNode):
        read_node(b"\xff\xff\xff")


def test_another_namespace_is_forbidden() -> None:
    node = read_node(request("sidecar~10.1.1.1~reviews.default~default.svc.cluster.local"))
    confirm(node, Caller("cluster.local", "default", "reviews"))
    with pytest.raises(Forbidden, match="may not act for the namespace"):
        confirm(node, Caller("cluster.local", "other", "reviews"))


def test_another_pod_is_forbidden_to_a_token() -> None:
    node = read_node(request("sidecar~10.1.1.1~reviews.default~default.svc.cluster.local"))
    confirm(node, Caller("cluster.local", "default", "reviews", pod_name="reviews"))
    with pytest.raises(Forbidden, match="may not act for the pod"):
        confirm(node, Caller("cluster.local", "default", "reviews", pod_name="ratings"))
