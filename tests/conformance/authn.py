"""The corpus `authn`: how PeerAuthentications compose, and the filter of RequestAuthentications; ambient policies come later."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from google.protobuf import json_format
from msgspec import structs

from lateen.envoy.fields import Extension
from lateen.envoy.http_filters.jwt_authn import jwt_authn
from lateen.kinds.security.jwt_rule import JWTRule
from lateen.plan.listener import HttpProxy
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.security.peer_authentication import PeerPolicy, compose
from lateen.security.request_authentication import token_issuer

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


def _jwt_config(case: dict[str, Any]) -> None:
    _same_config(_jwt_filter(case["in"]), case["expected"])


def _jwt_named_filter(case: dict[str, Any]) -> None:
    rules = [rule for policy in case["in"] for rule in policy.get("spec", {}).get("jwtRules", ())]
    built = _jwt_filter(rules)
    if "expected" not in case:
        assert built is None, "a filter for nothing"
        return
    assert built is not None and built.name == case["expected"]["name"]
    wanted = {name: value for name, value in case["expected"]["typedConfig"].items() if name != "@type"}
    _same_config(built, wanted)


def _jwt_filter(rules: list[dict[str, Any]]) -> Extension | None:
    """The filter of rules whose keys are found where the corpus says that they are: at its own server, in the text of
    the rule, which is no set of keys there, or at a service of the mesh."""

    def find(issuer: TokenIssuer, rule: dict[str, Any]) -> TokenIssuer:
        url = urlsplit(issuer.keys.url)
        if "jwks" in rule:
            return structs.replace(issuer, keys=Keys(text=rule["jwks"]))
        if url.hostname == "jwks.test":
            return structs.replace(issuer, keys=Keys(text="some keys"))
        inside = f"outbound|{url.port}||{url.hostname}.svc.cluster.local" if url.hostname == "jwt-token-issuer.mesh" else ""  # fmt: skip
        return structs.replace(issuer, keys=structs.replace(issuer.keys, upstream=inside))

    issuers = tuple(find(token_issuer(msgspec.convert(rule, JWTRule)), rule) for rule in rules)
    return jwt_authn(HttpProxy(stat_prefix="inbound", route_name="inbound", tokens=issuers))


def _same_config(built: Extension | None, wanted: dict[str, Any]) -> None:
    assert built is not None, "no filter"
    found = json_format.MessageToDict(built.config, descriptor_pool=built.config.DESCRIPTOR.file.pool)
    assert _judged(found) == _judged(wanted), found


def _judged(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration as far as it is judged: that there are keys, not which; that there are none (upstream puts in a
    key that nobody has, we send Envoy to where nobody answers); fetching ahead is ours."""
    judged: dict[str, Any] = json.loads(json.dumps(config))
    for provider in judged["providers"].values():
        remote = provider.get("remoteJwks", {})
        remote.pop("asyncFetch", None)
        if remote.get("httpUri", {}).get("cluster") == "BlackHoleCluster":
            del provider["remoteJwks"]
        elif text := provider.pop("localJwks", {}).get("inlineString", ""):
            provider["keys"] = text != "PUBLIC_ONLY_JWKS"
        if not provider.get("keys"):
            provider.pop("keys", None)
    return judged


_CHECKS = {
    "composepeerauthentication": _composes,
    "converttoenvoyjwtconfig": _jwt_config,
    "jwtfilter": _jwt_named_filter,
}
