"""PeerAuthentication composition against the corpus in ../shared/conformance/authn."""

import json
from pathlib import Path
from typing import Any

import pytest

from lateen.security.peer_authentication import PeerPolicy, compose

CORPUS = Path(__file__).parents[3] / "shared/conformance/authn/composepeerauthentication.json"
ROOT = "root-namespace"
NAMESPACE = "my-ns"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus at {CORPUS}"),
]


def cases() -> list[dict[str, Any]]:
    return json.loads(CORPUS.read_text())["cases"] if CORPUS.exists() else []


def policy(config: dict[str, Any]) -> PeerPolicy:
    spec = config["spec"]
    ports = {int(port): said.get("mode") for port, said in spec.get("portLevelMtls", {}).items()}
    return PeerPolicy(
        namespace=config["namespace"],
        name=config["name"],
        created=created(config.get("creationTimestamp", {})),
        selector=spec.get("selector", {}).get("matchLabels", {}),
        mode=spec.get("mtls", {}).get("mode"),
        ports=ports,
    )


def created(timestamp: dict[str, int]) -> str:
    """Seconds out of a Go time that has its monotonic bit set (33 bits of seconds above 30 of
    nanoseconds)."""
    return f"{(timestamp.get('wall', 0) >> 30) & ((1 << 33) - 1):012d}"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_policies_compose_as_upstream_says(case: dict[str, Any]) -> None:
    policies = [policy(config) for config in case["configs"]]
    mesh = [one for one in policies if one.namespace == ROOT]
    own = [one for one in policies if one.namespace == NAMESPACE]
    # In the corpus all policies with a selector are the workload's, unless they are in the root namespace.
    labels = {key: value for one in own for key, value in one.selector.items()}
    found = compose(mesh, own).modes(labels)
    wanted = case["want"]
    assert found.mode == wanted["mode"]
    assert {str(port): mode for port, mode in found.ports} == wanted.get("perPort", {})
