"""Clusters as patches leave them."""

from lateen.envoy.fields import encode
from lateen.envoy.patches.cluster import patch_cluster
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import Patch
from lateen.proto.descriptors import message

WEB = encode(value_of("CLUSTER", b'{"name": "web", "connect_timeout": "1s"}'))


def merged(value: bytes):  # type: ignore[no-untyped-def]
    encoded = patch_cluster(WEB, (Patch(target="CLUSTER", operation="MERGE", value=value),))
    return message("envoy.config.cluster.v3.Cluster").FromString(encoded)


def test_patches_merge_but_the_name_stays() -> None:
    left = merged(b'{"name": "other", "connect_timeout": "3s"}')
    assert (left.name, left.connect_timeout.seconds) == ("web", 3)


def test_a_patch_removes() -> None:
    assert patch_cluster(WEB, (Patch(target="CLUSTER", operation="REMOVE"),)) is None


def test_without_matches_by_endpoint_the_transport_socket_is_the_clusters_own() -> None:
    assert merged(b'{"transport_socket": {"name": "a"}}').transport_socket.name == "a"
