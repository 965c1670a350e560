"""What each operation of an EnvoyFilter does to each thing that it can be applied to, as recorded: what differs (row 129).

What an operation is not for is refused, with those that it is for; what does nothing warns.
"""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, get_args

import pytest
from worlds import pod, service

from lateen.app.pipeline import TYPES, ConnectedProxy, Pipeline
from lateen.base.errors import Invalid
from lateen.envoy.describe import describe
from lateen.envoy.patches.bootstrap import patch_bootstrap
from lateen.kinds.decode import decode
from lateen.kinds.networking.config_patch import ApplyTo, Operation

HERE = Path(__file__).parent
TARGETS = [one for one in get_args(ApplyTo) if one != "INVALID"]
OPERATIONS = [one for one in get_args(Operation) if one != "INVALID"]
MESH = (pod("web-1", "10.0.0.1", {"app": "web"}), service("web", address="10.96.0.1"), service("db", [{"name": "tcp-db", "port": 90}], address="10.96.0.2"))  # fmt: skip
MANAGER = "envoy.filters.network.http_connection_manager"
HOST = "web.shop.svc.cluster.local"
LUA = {"@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua", "stat_prefix": "x"}
ECHO = {"@type": "type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo"}
INSPECTOR = "envoy.filters.listener.tls_inspector"
# What is changed, where, and to what it is merged.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "LISTENER": ({"listener": {"name": "0.0.0.0_80"}}, {"name": "added", "per_connection_buffer_limit_bytes": 7}),
    "FILTER_CHAIN": ({"listener": {"name": "10.96.0.2_90", "filterChain": {}}}, {"name": "added", "filters": [{"name": "echo", "typed_config": ECHO}]}),
    "NETWORK_FILTER": ({"listener": {"name": "10.96.0.2_90", "filterChain": {"filter": {"name": "envoy.filters.network.tcp_proxy"}}}}, {"name": "added", "typed_config": ECHO}),
    "HTTP_FILTER": ({"listener": {"name": "0.0.0.0_80", "filterChain": {"filter": {"name": MANAGER, "subFilter": {"name": "envoy.filters.http.fault"}}}}}, {"name": "added", "typed_config": LUA}),
    "ROUTE_CONFIGURATION": ({"routeConfiguration": {"name": "80"}}, {"request_headers_to_remove": ["x-a"]}),
    "VIRTUAL_HOST": ({"routeConfiguration": {"name": "80", "vhost": {"name": f"{HOST}:80"}}}, {"name": "added", "domains": ["added.example"], "request_headers_to_remove": ["x-a"]}),
    "HTTP_ROUTE": ({"routeConfiguration": {"name": "80", "vhost": {"name": f"{HOST}:80", "route": {"name": "default"}}}}, {"name": "added", "match": {"prefix": "/a"}, "request_headers_to_remove": ["x-a"]}),
    "CLUSTER": ({"cluster": {"service": HOST}}, {"name": "added", "per_connection_buffer_limit_bytes": 7}),
    "EXTENSION_CONFIG": ({}, {"name": "added", "typed_config": LUA}),
    "BOOTSTRAP": ({}, {"header_prefix": "x-mesh", "stats_sinks": [{"name": "two"}]}),
    "LISTENER_FILTER": ({"context": "SIDECAR_INBOUND", "listener": {"name": "virtualInbound", "listenerFilter": INSPECTOR}}, {"name": "added", "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"}}),
}  # fmt: skip
FILTERS = "type.googleapis.com/envoy.extensions.filters."
# Filters are merged with a configuration of their own type alone.
MERGED = {
    "NETWORK_FILTER": {"@type": f"{FILTERS}network.tcp_proxy.v3.TcpProxy", "idle_timeout": "7s"},
    "HTTP_FILTER": {"@type": f"{FILTERS}http.fault.v3.HTTPFault", "max_active_faults": 7},
    "LISTENER_FILTER": {"@type": f"{FILTERS}listener.tls_inspector.v3.TlsInspector", "initial_read_buffer_size": 777},
}
BOOTSTRAP = {"node": {"id": "a"}, "stats_sinks": [{"name": "one"}]}
Resources = dict[str, Any]


def envoy_filter(target: str, operation: str, priority: int = 0, name: str = "f", **match: Any) -> dict[str, Any]:
    where, value = CASES[target]
    if operation.startswith("MERGE") and target in MERGED:
        value = {"typed_config": MERGED[target]}
    patch = {"operation": operation} | ({"value": value} if operation != "REMOVE" else {})
    one = {"applyTo": target, "match": {"context": "SIDECAR_OUTBOUND"} | where | match, "patch": patch}
    spec = {"priority": priority, "configPatches": [one]}
    meta = {"name": name, "namespace": "shop"}
    return {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter", "metadata": meta, "spec": spec}


def resources(*filters: dict[str, Any], **metadata: Any) -> Resources:
    """All that the pod's proxy is sent, by type and name, and its bootstrap."""
    pipeline = Pipeline()
    for raw in (*MESH, *filters):
        pipeline.store.put(raw)
    pipeline.settle()
    workload = pipeline.plans.workload_at("shop", "web-1")
    assert workload is not None
    proxy = ConnectedProxy(pipeline, workload, lambda _: None, metadata=metadata)
    pipeline.settle()
    bootstrap = patch_bootstrap(BOOTSTRAP, pipeline.plans.filters.of_bootstrap(workload, "istio-system", metadata))
    views = [(type_url, pipeline.view(type_url, scope)) for type_url in TYPES for scope in proxy.scopes]
    sent = {f"{type_url.rpartition('.')[2]} {name}": describe(found, type_url)
            for type_url, view in views for name in sorted(view.names()) if (found := view.get(name))}  # fmt: skip
    return {"bootstrap": bootstrap, **sent}


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield what is gone (-) and what is there instead (+), each at the highest place."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            where = f"{path}.{key}" if path else key
            if key not in after:
                yield f"- {where}"
            elif key not in before:
                yield f"+ {where} = {short(after[key])}"
            else:
                yield from differences(before[key], after[key], where)
    elif isinstance(before, list) and isinstance(after, list):
        yield from of_lists(before, after, path)
    else:
        yield f"+ {path} = {short(after)}"


def of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[str]:
    texts = [[json.dumps(one, sort_keys=True) for one in side] for side in (before, after)]
    for what, start, end, first, last in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "replace" and end - start == last - first:
            for index in range(end - start):
                yield from differences(before[start + index], after[first + index], f"{path}[{start + index}]")
        elif what != "equal":
            yield from (f"- {path}[{index}] {short(before[index])}" for index in range(start, end))
            yield from (f"+ {path}[{index}] {short(after[index])}" for index in range(first, last))


def short(value: Any) -> str:
    """A named thing by its name, anything else as it is."""
    return value["name"] if isinstance(value, dict) and value.get("name") else json.dumps(value)[:160]


def outcome(before: Resources, target: str, operation: str) -> list[str] | str:
    given = envoy_filter(target, operation)
    try:
        found = list(differences(before, resources(given)))
        return found or f"nothing: {decode(given).warnings[0].message}"
    except Invalid as error:
        (fault,) = error.faults
        return f"refused: {fault.message}; {fault.fix}"


def test_each_operation_does_to_each_target_what_is_recorded(record: Any) -> None:
    before = resources()
    made = {target: {operation: outcome(before, target, operation) for operation in OPERATIONS} for target in TARGETS}
    record(HERE, "patches", made)


@pytest.mark.parametrize(("context", "changed"), [("ANY", 2), ("SIDECAR_OUTBOUND", 1), ("SIDECAR_INBOUND", 1), ("GATEWAY", 0)])  # fmt: skip
def test_a_context_says_which_side_of_a_proxy_is_meant(context: str, changed: int) -> None:
    found = list(differences(resources(), resources(envoy_filter("CLUSTER", "MERGE", context=context))))
    assert len({line.split(".per_connection")[0] for line in found}) == changed, found


def test_a_version_of_the_proxy_says_whose_configuration_is_changed() -> None:
    given = envoy_filter("CLUSTER", "MERGE", proxy={"proxyVersion": r"^1\.29.*"})
    assert resources(given, ISTIO_VERSION="1.29.2") != resources(ISTIO_VERSION="1.29.2")
    assert resources(given, ISTIO_VERSION="1.28.0") == resources(ISTIO_VERSION="1.28.0")


def test_the_lower_priority_is_applied_first() -> None:
    first, second = (
        envoy_filter("HTTP_FILTER", "INSERT_FIRST", priority, name) for priority, name in ((-1, "z"), (1, "a"))
    )
    for one, text in ((first, "first"), (second, "second")):
        one["spec"]["configPatches"][0]["patch"]["value"] = {"name": text, "typed_config": LUA}
    listener = resources(first, second)["Listener 0.0.0.0_80"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    assert [one["name"] for one in manager["http_filters"][:2]] == ["second", "first"]
