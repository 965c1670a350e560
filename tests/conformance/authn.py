"""The corpus `authn`: how PeerAuthentications compose; RequestAuthentication and ambient policies come later."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lateen.security.peer_authentication import PeerPolicy, compose

CORPUS = "authn"
ROOT = "root-namespace"
NAMESPACE = "my-ns"
Check = Callable[[], None]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted(root.glob("*.json")):
        found = json.loads(path.read_text())
        for index, case in enumerate(found["cases"] if isinstance(found, dict) else found):
            name = f"{path.stem.removesuffix('.cases')}/{case.get('name') or index}"
            yield name, partial(_CHECKS.get(path.stem, _later), case)


def _later(case: dict[str, Any]) -> None:
    raise AssertionError("not generated yet")


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


def _composes(case: dict[str, Any]) -> None:
    policies = [policy(config) for config in case["configs"]]
    mesh = [one for one in policies if one.namespace == ROOT]
    own = [one for one in policies if one.namespace == NAMESPACE]
    # In the corpus all policies with a selector are the workload's, unless they are in the root namespace.
    labels = {key: value for one in own for key, value in one.selector.items()}
    found, wanted = compose(mesh, own).modes(labels), case["want"]
    assert found.mode == wanted["mode"], found.mode
    assert {str(port): mode for port, mode in found.ports} == wanted.get("perPort", {}), found.ports


_CHECKS = {"composepeerauthentication": _composes}
