"""Clusters as patches leave them."""

from typing import Any

from lateen.envoy.fields import encode
from lateen.envoy.patches.edit import MERGES
from lateen.envoy.patches.merge import merge
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import Patches
from lateen.proto.descriptors import message


def patch_cluster(encoded: bytes, patches: Patches) -> bytes | None:
    """Return a cluster as the patches, each of which means it, leave it; None when one removes it."""
    built = message("envoy.config.cluster.v3.Cluster").FromString(encoded)
    for patch in patches:
        if patch.operation == "REMOVE":
            return None
        if patch.operation in MERGES:
            replace = patch.operation == "MERGE_AND_REPLACE_LIST"
            _merge(built, value_of("CLUSTER", patch.value), replace)
    return encode(built)


def _merge(built: Any, source: Any, replace: bool) -> None:
    """A transport socket goes where the cluster has its own: among the matches by endpoint, if there are any."""
    if source.HasField("transport_socket") and built.transport_socket_matches:
        for one in built.transport_socket_matches:
            if one.transport_socket.name == source.transport_socket.name:
                merge(one.transport_socket, source.transport_socket, replace_lists=replace)
        source.ClearField("transport_socket")
    name = built.name
    merge(built, source, replace_lists=replace)
    built.name = name  # it is what routes and endpoints know it by
