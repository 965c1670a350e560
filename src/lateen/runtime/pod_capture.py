"""Capture the traffic of the pod that this process runs in, as its init container."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from lateen.node.capture import read_capture, ruleset
from lateen.node.resolvers import nameservers
from lateen.runtime.nft import load_rules
from lateen.runtime.pod_dns import is_on

RESOLVERS = Path("/etc/resolv.conf")


def capture_here(annotations: Mapping[str, str], env: Mapping[str, str], load: bool = True) -> str:
    """Return the rules of a pod with such annotations, and load them; queries to its resolvers are captured, too,
    unless its variables say otherwise. Raises Invalid, LateenError."""
    capture = read_capture(annotations)
    resolvers = nameservers(RESOLVERS.read_text()) if RESOLVERS.exists() else []
    if resolvers and is_on(env, "ISTIO_META_DNS_CAPTURE"):
        capture = structs.replace(capture, dns_servers=tuple(address for address, _ in resolvers))
    rules = ruleset(capture)
    if load:
        load_rules(rules)
    return rules
