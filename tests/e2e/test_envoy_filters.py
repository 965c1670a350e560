"""EnvoyFilters at real proxies: each thing that a patch may change, changed and seen at work (rows 127, 128, 129)."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from mesh import ROOT, Mesh, eventually

LIMIT = (ROOT / "examples/reference/rate-limit.yaml").read_text()
ENFORCED = """            filter_enforced: {default_value: {numerator: 100, denominator: HUNDRED}}
            filter_enabled:"""
URL = "http://product-service:8080/"
TYPES = "type.googleapis.com/envoy."
MANAGER = {"filter": {"name": "envoy.filters.network.http_connection_manager"}}
TCP_PROXY = {"filter": {"name": "envoy.filters.network.tcp_proxy"}}


@pytest.fixture(scope="module")
def production(mesh: Mesh) -> Mesh:
    """The namespace of document C: product-service, a client with a proxy, one without."""
    labels = {"istio-injection": "enabled"}
    mesh.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "production", "labels": labels}})
    mesh.deploy("product-service", namespace="production", ports="8080=http 9000=tcp")
    mesh.deploy("client", namespace="production")
    mesh.deploy("bare", namespace="production", inject=False)
    return mesh


def envoy_filter(*patches: dict[str, Any], app: str = "client") -> dict[str, Any]:
    spec = {"workloadSelector": {"labels": {"app": app}}, "configPatches": list(patches)}
    meta = {"name": "patched", "namespace": "production"}
    return {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter", "metadata": meta, "spec": spec}


def patch(target: str, operation: str, value: dict[str, Any], **match: Any) -> dict[str, Any]:
    context = {"context": match.pop("context", "SIDECAR_OUTBOUND")}
    return {"applyTo": target, "match": context | match, "patch": {"operation": operation, "value": value}}


def typed(name: str, message: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "typed_config": {"@type": TYPES + message, **fields}}


def says(text: str) -> dict[str, Any]:
    """A network filter that says something and hangs up."""
    message = "extensions.filters.network.direct_response.v3.Config"
    return typed("envoy.filters.network.direct_response", message, response={"inline_string": text})


def script(name: str, header: str) -> dict[str, Any]:
    code = f"function envoy_on_response(handle) handle:headers():add('x-patched', '{header}') end"
    message = "extensions.filters.http.lua.v3.Lua"
    return typed(name, message, default_source_code={"inline_string": code})


def answers(mesh: Mesh, number: int) -> list[int]:
    """The statuses of calls on a connection of their own: a proxy's older ones go on under what was in force before."""
    done = mesh.curl("bare", "-o", "/dev/null", "-w", "%{http_code}\n", f"{URL}[1-{number}]", namespace="production")
    return [int(line) for line in done.stdout.split() if line.isdigit()]


def said(mesh: Mesh, *arguments: str, app: str = "client", url: str = URL) -> str:
    return mesh.curl(app, "-i", *arguments, url, namespace="production").stdout


def raw(mesh: Mesh, where: str, port: int, app: str = "client") -> str:
    """What somebody says who is connected to and told a word: where proxies look into bytes, they wait for some."""
    code = f"import socket; s = socket.create_connection(({where!r}, {port}), 5); s.sendall(b'a word\\r\\n\\r\\n'); print(s.recv(100).decode())"
    return mesh.inside(mesh.pods(app, "production")[0], "python3", "-c", code).stdout


def address(mesh: Mesh, app: str) -> str:
    return str(mesh.pods(app, "production")[0]["status"]["podIP"])


def inbound_filters(mesh: Mesh) -> list[str]:
    """The HTTP filters of product-service's port 8080, in order."""
    page = mesh.curl("product-service", "http://127.0.0.1:15000/config_dump?resource=dynamic_listeners", namespace="production")  # fmt: skip
    listeners = [one["active_state"]["listener"] for one in json.loads(page.stdout)["configs"]]
    (inbound,) = (one for one in listeners if one["name"] == "virtualInbound")
    chain = next(one for one in inbound["filter_chains"] if one["filter_chain_match"].get("destination_port") == 8080)
    manager = next(one for one in chain["filters"] if one["name"] == MANAGER["filter"]["name"])
    return [one["name"] for one in manager["typed_config"]["http_filters"]]


def limited(mesh: Mesh) -> bool:
    return "envoy.filters.http.local_ratelimit" in inbound_filters(mesh)


def enforced(mesh: Mesh) -> int:
    page = mesh.curl("product-service", "http://127.0.0.1:15000/config_dump?resource=dynamic_listeners", namespace="production")  # fmt: skip
    return page.stdout.count('"filter_enforced"')


def test_row_127_the_documents_limit_is_inserted_and_limits_nobody_and_is_told(production: Mesh) -> None:
    told = production.apply(LIMIT, namespace="production")
    assert "filter-ratelimit" in told
    eventually(lambda: limited(production), 15, "the filter is inserted")
    assert inbound_filters(production)[0] == "envoy.filters.http.local_ratelimit"
    assert Counter(answers(production, 250)) == {200: 250}
    analyzed = production.lateen("analyze", "-n", "production", check=False).stdout
    assert "local_ratelimit has no filter_enforced: 0 % of requests will be limited" in analyzed
    production.delete(LIMIT, namespace="production")
    eventually(lambda: not limited(production), 15, "the filter is gone")


def test_row_128_where_it_is_enforced_request_101_within_a_minute_is_answered_429(production: Mesh) -> None:
    given = LIMIT.replace("            filter_enabled:", ENFORCED)
    production.apply(given, namespace="production")
    eventually(lambda: enforced(production) > 0, 15, "the limit is in force")
    found = answers(production, 110)
    assert found[:100] == [200] * 100
    assert found[100] == 429
    production.delete(given, namespace="production")
    eventually(lambda: not limited(production), 15, "the filter is gone")
    assert Counter(answers(production, 150)) == {200: 150}


Seen = Callable[[Mesh], bool]
TABLE = {"routeConfiguration": {"name": "8080"}}
WEB = {"routeConfiguration": {"vhost": {"name": "product-service.production.svc.cluster.local:8080"}}}
OUTBOUND = {"listener": {"name": "0.0.0.0_8080", "filterChain": MANAGER}}
INBOUND = {"context": "SIDECAR_INBOUND"}


def listener_added(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    added = {"name": "added", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 9099}},
             "filter_chains": [{"filters": [says("a listener")]}]}  # fmt: skip
    return envoy_filter(patch("LISTENER", "ADD", added)), lambda mesh: "a listener" in raw(mesh, "127.0.0.1", 9099)


def listener_merged(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    given = patch("LISTENER", "MERGE", {"per_connection_buffer_limit_bytes": 77_777}, listener={"name": "0.0.0.0_8080"})
    page = "http://127.0.0.1:15000/config_dump?resource=dynamic_listeners"
    return envoy_filter(given), lambda mesh: '"per_connection_buffer_limit_bytes": 77777' in said(mesh, url=page)


def chain_added(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    chain = {"filter_chain_match": {"destination_port": 7777}, "filters": [says("a chain")]}
    given = patch("FILTER_CHAIN", "ADD", chain, **INBOUND, listener={"name": "virtualInbound"})
    where = address(mesh, "product-service")
    return envoy_filter(given, app="product-service"), lambda mesh: "a chain" in raw(mesh, where, 7777, "bare")


def network_filter_replaced(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    where = {"listener": {"portNumber": 9000, "filterChain": TCP_PROXY}}
    given = patch("NETWORK_FILTER", "REPLACE", says("a network filter"), **where)
    return envoy_filter(given), lambda mesh: "a network filter" in raw(mesh, "product-service", 9000)


def listener_filter_inserted(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    message = "extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
    reads = typed("envoy.filters.listener.proxy_protocol", message, allow_requests_without_proxy_protocol=True)
    where = {"listener": {"name": "virtualInbound", "listenerFilter": "envoy.filters.listener.original_dst"}}
    given = patch("LISTENER_FILTER", "INSERT_AFTER", reads, **INBOUND, **where)
    url = f"http://{address(mesh, 'product-service')}:8080/"
    seen = lambda mesh: " 200 " in said(mesh, "--haproxy-protocol", app="bare", url=url)[:20]  # noqa: E731
    return envoy_filter(given, app="product-service"), seen


def http_filter_inserted(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    given = patch("HTTP_FILTER", "INSERT_FIRST", script("first", "a filter"), **OUTBOUND)
    return envoy_filter(given), lambda mesh: "x-patched: a filter" in said(mesh)


def table_merged(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    adds = {"response_headers_to_add": [{"header": {"key": "x-patched", "value": "a table"}}]}
    return envoy_filter(patch("ROUTE_CONFIGURATION", "MERGE", adds, **TABLE)), lambda mesh: "x-patched: a table" in said(mesh)  # fmt: skip


def host_added(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "a virtual host"}}}
    host = {"name": "added", "domains": ["added.example"], "routes": [route]}
    given = patch("VIRTUAL_HOST", "ADD", host, **TABLE)
    return envoy_filter(given), lambda mesh: "a virtual host" in said(mesh, "-H", "Host: added.example")


def route_inserted(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    route = {"match": {"path": "/teapot"}, "direct_response": {"status": 418}}
    given = patch("HTTP_ROUTE", "INSERT_FIRST", route, **WEB)
    return envoy_filter(given), lambda mesh: "HTTP/1.1 418" in said(mesh, url=URL + "teapot")


def cluster_added(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    socket = {"socket_address": {"address": address(mesh, "bare"), "port_value": 8080}}
    ends = [{"lb_endpoints": [{"endpoint": {"address": socket}}]}]
    added = {"name": "added", "type": "STATIC", "load_assignment": {"cluster_name": "added", "endpoints": ends}}
    route = {"match": {"path": "/elsewhere"}, "route": {"cluster": "added"}}
    given = envoy_filter(patch("CLUSTER", "ADD", added), patch("HTTP_ROUTE", "INSERT_FIRST", route, **WEB))
    return given, lambda mesh: '"bare"' in said(mesh, url=URL + "elsewhere")


def cluster_merged(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    none = {"circuit_breakers": {"thresholds": [{"max_requests": 0, "max_connections": 0}]}}
    where = {"cluster": {"service": "product-service.production.svc.cluster.local", "portNumber": 8080}}
    given = patch("CLUSTER", "MERGE_AND_REPLACE_LIST", none, **where)
    return envoy_filter(given), lambda mesh: "HTTP/1.1 503" in said(mesh)


def extension_config_added(mesh: Mesh) -> tuple[dict[str, Any], Seen]:
    source = {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"}
    discovered = {"config_source": source, "type_urls": [TYPES + "extensions.filters.http.lua.v3.Lua"]}
    inserted = {"name": "discovered", "config_discovery": discovered}
    given = (
        patch("EXTENSION_CONFIG", "ADD", script("discovered", "an extension")),
        patch("HTTP_FILTER", "INSERT_FIRST", inserted, **OUTBOUND),
    )
    return envoy_filter(*given), lambda mesh: "x-patched: an extension" in said(mesh)


EACH = [listener_added, listener_merged, chain_added, network_filter_replaced, listener_filter_inserted, http_filter_inserted,
        table_merged, host_added, route_inserted, cluster_added, cluster_merged,
        extension_config_added]  # fmt: skip


@pytest.mark.parametrize("make", EACH)
def test_row_129_each_thing_that_can_be_patched_is_seen_at_work_and_is_as_before_without(
    production: Mesh, make: Callable[[Mesh], tuple[dict[str, Any], Seen]]
) -> None:
    given, seen = make(production)
    assert not seen(production)
    production.apply(given)
    eventually(lambda: seen(production), 20, f"{make.__name__}\n{status(production)}")
    production.delete(given)
    eventually(lambda: not seen(production), 20, f"{make.__name__} is gone")


def status(mesh: Mesh) -> Any:
    return mesh.get("envoyfilter", "patched", "production").get("status", {})


def test_row_129_a_patch_that_proxies_refuse_is_told_and_the_last_good_config_serves(production: Mesh) -> None:
    good = patch("HTTP_FILTER", "INSERT_FIRST", script("first", "good"), **OUTBOUND)
    production.apply(envoy_filter(good))
    eventually(lambda: "x-patched: good" in said(production), 15, "the good patch")
    broken = script("first", "bad") | {"typed_config": {"@type": TYPES + "extensions.filters.http.lua.v3.Lua",
                                                        "default_source_code": {"inline_string": "function ("}}}  # fmt: skip
    given = envoy_filter(patch("HTTP_FILTER", "INSERT_FIRST", broken, **OUTBOUND))
    production.apply(given)

    def refused() -> str:
        conditions = status(production).get("conditions", ())
        return next((one["message"] for one in conditions if one.get("reason") == "ProxyRefused"), "")

    assert "refused LDS 0.0.0.0_8080: script load error" in eventually(refused, 20, "the object's status says it")
    lines = production.lateen("proxy-status", "-v").stdout.splitlines()
    assert any("client-" in line and "refused LDS 0.0.0.0_8080" in line for line in lines)
    assert "x-patched: good" in said(production), "the last good config keeps serving"
    production.delete(given)
    eventually(lambda: "x-patched" not in said(production), 15, "as before")


def bootstrap_of(mesh: Mesh, app: str) -> str:
    return mesh.curl(app, "http://127.0.0.1:15000/config_dump?mask=bootstrap", namespace="production").stdout


def test_row_129_a_patched_bootstrap_counts_for_proxies_that_start_from_then_on(production: Mesh) -> None:
    value = {"header_prefix": "x-mesh"}
    given = envoy_filter({"applyTo": "BOOTSTRAP", "patch": {"operation": "MERGE", "value": value}}, app="late")
    production.apply(given)
    production.deploy("late", namespace="production")
    eventually(lambda: '"header_prefix": "x-mesh"' in bootstrap_of(production, "late"), 15)
    assert "x-mesh" not in bootstrap_of(production, "client")
    assert "x-mesh-upstream-service-time: " in said(production, app="late"), "Envoy's own headers have the prefix"
    production.delete(given)
    production.kubectl("rollout", "restart", "deployment/late", "-n", "production")
    eventually(lambda: "header_prefix" not in bootstrap_of(production, "late"), 40)
