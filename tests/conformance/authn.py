"""The corpus `authn`: how PeerAuthentications compose and what TLS they come to, the filter of RequestAuthentications, and
policies as a node's proxy holds them."""

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml
from google.protobuf import json_format
from msgspec import structs

from lateen.envoy.fields import Extension
from lateen.envoy.http_filters.jwt_authn import jwt_authn
from lateen.envoy.server_tls import downstream
from lateen.kinds.decode import decode
from lateen.kinds.object import Object
from lateen.kinds.security.jwt_rule import JWTRule
from lateen.plan.authorization import (
    AllOf,
    AnyOf,
    Anything,
    ClientAddress,
    DestinationPort,
    Expression,
    Not,
    Peer,
    Rule,
)
from lateen.plan.listener import DownstreamTls, HttpProxy
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.planner.inbound_chains import plan_chains
from lateen.planner.inbound_port import InboundPort
from lateen.proto import types
from lateen.proto.descriptors import message
from lateen.security import patterns
from lateen.security.authorization_rule import read_rule
from lateen.security.node_rules import at_node, plaintext_rule
from lateen.security.peer_authentication import PeerPolicy, compose
from lateen.security.request_authentication import token_issuer
from lateen.security.rules import policy as peer_policy

CORPUS = "authn"
ROOT = "root-namespace"
NAMESPACE = "my-ns"
Check = Callable[[], None]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted(root.glob("*.json")):
        if path.stem == "ambient-policy.cases":
            continue
        found = json.loads(path.read_text())
        for index, case in enumerate(found["cases"] if isinstance(found, dict) else found):
            name = f"{path.stem.removesuffix('.cases')}/{case.get('name') or index}"
            yield name, partial(_CHECKS[path.stem], case)
    for case in json.loads((root / "ambient-policy.cases.json").read_text()):
        wanted = (root / case["expected"]).read_text()
        yield f"ambient-policy/{case['name']}", partial(_at_node, (root / case["input"]).read_text(), wanted)


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


def _inbound_tls(case: dict[str, Any]) -> None:
    """The chains that take mutual TLS on a port: how it is ended. What peers tell each other in it is judged nowhere:
    stock Envoy exchanges nothing."""
    policies = [policy({"namespace": NAMESPACE, "name": "", **config}) for config in case.get("peerPolicies", ())]
    labels = {key: value for one in policies for key, value in one.selector.items()}
    modes, wanted = compose([], policies).modes(labels), case["expected"]
    assert modes.at(wanted["port"]) == wanted["mode"], modes
    for carries in ("http", "tcp"):
        port = InboundPort(number=wanted["port"], carries=carries, protocol="tcp", host="a", service_port=80)
        ending = {chain.tls for chain in plan_chains(port, modes) if chain.tls}
        assert bool(ending) == (carries in wanted)
        for tls in ending:
            assert _judged_tls(_context(tls, carries)) == _judged_tls(wanted[carries])


def _context(tls: DownstreamTls, carries: str) -> dict[str, Any]:
    socket = message("envoy.config.core.v3.TransportSocket").FromString(
        downstream(tls, carries == "http", "cluster.local")
    )
    found = message(types.message_name(socket.typed_config.type_url)).FromString(socket.typed_config.value)
    return json_format.MessageToDict(found, descriptor_pool=found.DESCRIPTOR.file.pool)


def _judged_tls(context: dict[str, Any]) -> tuple[Any, ...]:
    common = context["commonTlsContext"]
    params = {"tlsMaximumProtocolVersion": "TLSv1_3", **common["tlsParams"]}  # where nothing is said, Envoy's own
    roots = common["combinedValidationContext"]["validationContextSdsSecretConfig"]["name"]
    certificates = [one["name"] for one in common["tlsCertificateSdsSecretConfigs"]]
    return params, certificates, roots, context["requireClientCertificate"]


def _at_node(given: str, wanted: str) -> None:
    objects = [decode({**raw, "metadata": {"namespace": "", **raw["metadata"]}}) for raw in yaml.safe_load_all(given)]
    expected = yaml.safe_load(wanted)
    rules, action = _authorization(objects[0]) if objects[0].kind == "AuthorizationPolicy" else _plaintext(objects)
    if expected is None:
        assert not rules or rules[0].permissions == (Anything(),), "no policy beside the one for all that are STRICT"
        return
    assert action == expected.get("action", "ALLOW")
    assert [_parts(rule) for rule in rules] == [_expected(group) for group in expected["groups"]]


def _authorization(found: Object) -> tuple[list[Rule], str]:
    spec = found.model.spec
    rules = [read_rule(rule, str(at), found.origin, ("cluster.local",)) for at, rule in enumerate(spec.rules)]
    return list(at_node(rules, spec.action)), spec.action


def _plaintext(objects: list[Object]) -> tuple[list[Rule], str]:
    """The rule of the last policy, which is the workload's."""
    policies = [peer_policy(one) for one in objects]
    mesh = [one for one in policies if one.namespace == "istio-system"]
    own = [one for one in policies if one.namespace == policies[-1].namespace]
    rule = plaintext_rule(compose(mesh, own).modes(policies[-1].selector), "", objects[-1].origin)
    return ([rule] if rule else []), "DENY"


def _parts(rule: Rule) -> frozenset[Expression]:
    """All that must hold together, of a rule with one way to ask and one to be."""
    ((asked,), (asking,)) = rule.permissions, rule.principals
    parts = (part for one in (asked, asking) for part in (one.all_of if isinstance(one, AllOf) else (one,)))
    return frozenset(part for part in parts if part != Anything())


def _expected(group: dict[str, Any]) -> frozenset[Expression]:
    found: set[Expression] = set()
    for rule in group["rules"]:
        (match,) = rule["matches"]
        for field, values in match.items():
            name = field.removeprefix("not")
            either = AnyOf(tuple(_EXPECTED[name[0].lower() + name[1:]](value) for value in values))
            found.add(_negated(either) if name != field else either)
    return frozenset(found)


def _negated(either: AnyOf) -> Expression:
    return Not(either.any_of[0] if either == AnyOf((Peer(patterns.ANYTHING),)) else either)


def _block(value: dict[str, Any]) -> ClientAddress:
    address = ip_address(base64.b64decode(value["address"]))
    return ClientAddress(str(address) if value["length"] == address.max_prefixlen else f"{address}/{value['length']}")


_EXPECTED: dict[str, Callable[[Any], Expression]] = {
    "destinationPorts": DestinationPort,
    "principals": lambda value: Peer(patterns.ANYTHING if "presence" in value else patterns.principal(value["exact"])),
    "namespaces": lambda value: Peer(patterns.namespace(value["exact"])),
    "sourceIps": _block,
}


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
    "inboundmtlssettings": _inbound_tls,
    "jwtfilter": _jwt_named_filter,
}
