"""Where a workload runs, told by labels: region, zone, subzone, network and node."""

from collections.abc import Mapping

REGION = "topology.kubernetes.io/region"
ZONE = "topology.kubernetes.io/zone"
SUBZONE = "topology.istio.io/subzone"
NETWORK = "topology.istio.io/network"
NODE = "kubernetes.io/hostname"
# No label's value has them; what writes labels as one text sets them between.
_SIGNS = frozenset(",=")
_SAID = ("topology.istio.io/locality", "istio-locality")


def node_locality(labels: Mapping[str, str]) -> str:
    """Return the locality of a node, region/zone/subzone; "" where it has no region."""
    region, zone, subzone = (labels.get(name, "") for name in (REGION, ZONE, SUBZONE))
    return "/".join((region, zone, subzone)).rstrip("/") if region else ""


def said_locality(labels: Mapping[str, str]) -> str:
    """Return the locality that a workload's own label says, "" = none; labels hold no slashes, so dots stand for
    them."""
    said = next((labels[name] for name in _SAID if labels.get(name)), "")
    return said if "/" in said else said.replace(".", "/")


def place_labels(locality: str, network: str, node: str) -> dict[str, str]:
    """Tell a place by labels; what is not known has none."""
    region, zone, subzone = [*locality.split("/"), "", "", ""][:3]
    found = {REGION: region, ZONE: zone, SUBZONE: subzone, NETWORK: network, NODE: node}
    return {name: value for name, value in found.items() if value and not _SIGNS & set(value)}
