"""The corpus `authz-rbac`: the filters that AuthorizationPolicies come to, message by message."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format

from lateen.envoy.http_filters.checks import checks as http_checks
from lateen.envoy.network_filters.checks import checks as tcp_checks
from lateen.kinds.decode import decode
from lateen.plan.authorization import Authorization, Checks
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy
from lateen.proto.descriptors import installed, message
from lateen.security.authorization import Policy, compose
from lateen.security.authorization_rules import policy
from lateen.security.external_authorizers import external_authorizer

CORPUS = "authz-rbac"
SERVICE = "my-custom-ext-authz.foo.svc.cluster.local"
NAMESPACE = "foo"
LABELS = {"app": "httpbin", "version": "v1"}
Check = Callable[[], None]
Raw = dict[str, Any]

_FILTERS = {
    "http": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "tcp": "envoy.config.listener.v3.Filter",
}
_LISTENER = Listener(name="inbound", address="0.0.0.0", port=15006, direction="INBOUND", chains=())


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for case in json.loads((root / "cases.json").read_text()):
        yield f"{case['filterType']}/{case['name']}", partial(_check, root, case)


def _check(root: Path, case: Raw) -> None:
    wanted = [yaml.safe_load((root / name).read_text()) for name in case["expected"]]
    assert _shown(case, _built(case, _found(root, case))) == _shown(case, map(partial(_read, case), wanted))


def _found(root: Path, case: Raw) -> Authorization:
    domains = [case.get("trustDomain", ""), *case.get("trustDomainAliases", [])]
    read = [
        policy(decode(raw), [one for one in domains if one])
        for raw in yaml.safe_load_all((root / case["input"]).read_text())
    ]
    policies: list[Policy] = [one for one in read if one is not None and one.is_for(NAMESPACE, LABELS)]
    providers = case.get("meshConfig", {}).get("extensionProviders", [])
    return compose(policies, lambda name: external_authorizer(name, providers, _located))


def _located(namespace: str, host: str, port: int) -> str:
    return f"outbound|{port}||{host}" if (namespace, host) == (NAMESPACE, SERVICE) else ""


def _built(case: Raw, found: Authorization) -> Iterator[Any]:
    of = found.http if case["filterType"] == "http" else found.tcp
    kept = Checks(custom=of.custom) if case.get("customAction") else Checks(stages=of.stages)
    if case["filterType"] == "http":
        made = http_checks(HttpProxy(stat_prefix="x", route_name="x", checks=kept))
    else:
        proxy = TcpProxy(stat_prefix="x", upstreams=(), checks=kept)
        made = tcp_checks(Chain(name="x", match=ChainMatch(), proxy=proxy), _LISTENER)
    for extension in made:
        built = message(_FILTERS[case["filterType"]])(name=extension.name)
        built.typed_config.Pack(extension.config)
        yield built


def _read(case: Raw, raw: Raw) -> Any:
    installed().load_all()
    return json_format.ParseDict(raw, message(_FILTERS[case["filterType"]])(), descriptor_pool=installed().pool)


def _shown(case: Raw, filters: Any) -> list[Raw]:
    installed().load_all()
    return [json_format.MessageToDict(one, descriptor_pool=installed().pool) for one in filters]
