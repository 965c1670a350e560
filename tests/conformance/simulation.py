"""The corpus `simulation`: a proxy's configuration computed from objects, and calls walked through it."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from worlds import configured, mesh_config, pod

from lateen.kinds import decode
from lateen.kinds.schema import UNKNOWN_FIELD
from lateen.simulate.call import Call, Outcome
from lateen.simulate.proxy import Proxy, unpack
from lateen.simulate.walk import simulate

CORPUS = "simulation"
Check = Callable[[], None]

_DOMAIN = ".svc.cluster.local"
_FAILURES = {
    "no listener": "NoListener",
    "no filter chain": "NoFilterChain",
    "ambiguous filter chains": "MultipleFilterChain",
    "no virtual host": "NoVirtualHost",
    "no route": "NoRoute",
    "protocol error": "ProtocolError",
    "TLS error": "TLSError",
    "mutual TLS error": "MTLSError",
}
_NAMES = {
    "listenerMatched": "listener",
    "filterChainMatched": "chain",
    "routeConfigMatched": "route_config",
    "virtualHostMatched": "virtual_host",
    "routeMatched": "route",
    "clusterMatched": "cluster",
}


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each assertion of the corpus: an id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS / "cases").glob("*.json")):
        case = json.loads(path.read_text())
        seen: Counter[str] = Counter()
        for name, check in _CHECKS[case["type"]](case):
            seen[name] += 1
            again = f" ({seen[name]})" if seen[name] > 1 else ""
            yield f"{path.stem}/{name}{again}", check


def scored_as(name: str) -> str:
    """The configuration that an assertion belongs to: one matrix alone holds 210 of the calls."""
    return name.partition("/")[0]


def _calls(case: dict[str, Any]) -> Iterator[tuple[str, Check]]:
    proxy = cache(lambda: _proxy(case))
    for one in case["calls"]:
        yield one["name"], partial(_call, proxy, case, one)
    if not case["calls"]:
        yield "is accepted", partial(_accepted, proxy)


def _accepted(proxy: Callable[[], Proxy]) -> None:
    assert list(proxy().listeners())


def _call(proxy: Callable[[], Proxy], case: dict[str, Any], one: dict[str, Any]) -> None:
    said, expected = one["call"], one["expect"]
    found = proxy()
    outcome = simulate(found, _described(said, case["proxy"]))
    seen = {said: getattr(outcome, ours) for said, ours in _NAMES.items()}
    seen["error"] = _error(found, outcome, said)
    wanted = {"error": "", **(dict.fromkeys(_NAMES, "") if expected.get("strictMatch") else {}), **expected}
    why = "; ".join(f"{step.stage} {step.name}: {step.why}" for step in outcome.steps)
    for field in seen.keys() & wanted.keys():
        expected_name = _shared(wanted[field], case["proxy"]) if field == "filterChainMatched" else wanted[field]
        assert _same(seen[field], expected_name), f"{field}: {seen[field]!r}, not {wanted[field]!r} ({why})"
    if tls := expected.get("filterChainTLS"):
        secrets, required = _presented(found, outcome)
        assert tls["sdsSecretName"] in secrets, f"TLS with {secrets}"
        assert required == tls["requireClientCertificate"], f"a client's certificate is required: {required}"


def _same(seen: str, wanted: str) -> bool:
    """Short names of upstream's tests come without the cluster's domain."""
    return seen == wanted or seen.removesuffix(_DOMAIN) == wanted


def _shared(name: str, proxy: dict[str, Any]) -> str:
    """A chain of Istio's own naming (the corpus's README: loose) has the proxy's address where ours, which replicas
    share, have any."""
    for address in proxy.get("ipAddresses", ()):
        name = re.sub(rf"^{re.escape(address)}_", "0.0.0.0_", name)
    return name


def _described(said: dict[str, Any], proxy: dict[str, Any]) -> Call:
    mode = said.get("callMode") or ("gateway" if proxy["type"] == "router" else "outbound")
    alpn = said.get("alpn")
    return Call(
        port=said["port"],
        mode=mode,
        address=said.get("address", "1.3.3.7"),
        protocol=said.get("protocol") or "tcp",
        tls=said.get("tls") or ("tls" if said.get("sni") else "plaintext"),  # who names a server speaks TLS
        sni=said.get("sni", ""),
        alpn=(alpn,) if alpn else None,
        host=said.get("hostHeader", ""),
        path=said.get("path", "/"),
        headers={name: one if isinstance(one, str) else one[0] for name, one in said.get("headers", {}).items()},
    )


def _error(proxy: Proxy, outcome: Outcome, said: dict[str, Any]) -> str:
    if outcome.status == 301 and not outcome.route:
        return "TLSRedirect"
    wanted = said.get("mtlsSecretConfigName")
    if wanted and outcome.chain and not outcome.failure:
        # A server that asks for no certificate does not fail the handshake, but it is not mutual.
        secrets, required = _presented(proxy, outcome)
        return "" if required and wanted in secrets else "MTLSError"
    return _FAILURES[outcome.failure] if outcome.failure else ""


def _presented(proxy: Proxy, outcome: Outcome) -> tuple[list[str], bool]:
    """The names of the secrets that a call's filter chain presents, and whether it asks for a certificate."""
    listener = next(one for one in proxy.listeners() if one.name == outcome.listener)
    chain = next(one for one in listener.filter_chains if one.name == outcome.chain)
    if not chain.HasField("transport_socket"):
        return [], False
    context = unpack(chain.transport_socket.typed_config)
    common = context.common_tls_context
    files = ((one.certificate_chain.filename, one.private_key.filename) for one in common.tls_certificates)
    names = [one.name for one in common.tls_certificate_sds_secret_configs]
    # Upstream names certificates in files by a secret; here they stand in the context itself.
    return [*names, *(f"file-cert:{'~'.join(one)}" for one in files)], context.require_client_certificate.value


def _virtual_hosts(case: dict[str, Any]) -> Iterator[tuple[str, Check]]:
    proxy = cache(lambda: _proxy(case))
    for host, clusters in case["expectedVirtualHosts"].items():
        yield host, partial(_virtual_host, proxy, case["routeName"], (host, clusters))


def _virtual_host(proxy: Callable[[], Proxy], table: str, expected: tuple[str, list[str] | None]) -> None:
    host, clusters = expected
    name = host if ":" in host else f"{host}:{table}"
    found = proxy().table(table)
    known = {one.name: one for one in found.virtual_hosts} if found is not None else {}
    if clusters is None:
        assert name not in known, f"there is a virtual host {name}"
        return
    assert name in known, f"no virtual host {name}, only {sorted(known)}"
    actions = [one.route for one in known[name].routes]
    seen = [
        to for one in actions for to in [one.cluster, *(each.name for each in one.weighted_clusters.clusters)] if to
    ]
    assert seen == clusters


def _inbound_clusters(case: dict[str, Any]) -> Iterator[tuple[str, Check]]:
    proxy = cache(lambda: _proxy(case))
    yield "the clusters", lambda: _inbound_names(proxy(), case["expectedClusters"])
    for name, addresses in case["expectedClusters"].items():
        if addresses is not None:
            yield name, partial(_inbound_addresses, proxy, name, (addresses, case["proxy"]))
    for name, hosts in case["expectedTelemetryServices"].items():
        yield f"services of {name}", partial(_inbound_services, proxy, name, hosts)


def _inbound_names(proxy: Proxy, expected: dict[str, list[str] | None]) -> None:
    seen = {one.name for one in proxy.clusters() if one.name.startswith("inbound|")}
    assert seen == {name for name, addresses in expected.items() if addresses is not None}


def _inbound_addresses(proxy: Callable[[], Proxy], name: str, expected: tuple[list[str], dict[str, Any]]) -> None:
    addresses, own = expected
    found = proxy().cluster(name)
    assert found is not None, f"no cluster {name}"
    members = [one.endpoint.address for group in found.load_assignment.endpoints for one in group.lb_endpoints]
    seen = [one.pipe.path or f"{one.socket_address.address}:{one.socket_address.port_value}" for one in members]
    if port := found.original_dst_lb_config.upstream_port_override.value:
        # Where an inbound connection was going is the proxy's own address: replicas share the cluster.
        seen = [f"{own['ipAddresses'][0]}:{port}"]
    assert seen == addresses


def _inbound_services(proxy: Callable[[], Proxy], name: str, hosts: list[str]) -> None:
    found = proxy().cluster(name)
    assert found is not None, f"no cluster {name}"
    services = found.metadata.filter_metadata["istio"].fields["services"].list_value.values
    assert [one.struct_value.fields["host"].string_value for one in services] == hosts


_CHECKS: dict[str, Callable[[dict[str, Any]], Iterator[tuple[str, Check]]]] = {
    "calls": _calls,
    "outbound-virtual-hosts": _virtual_hosts,
    "inbound-clusters": _inbound_clusters,
}


def _proxy(case: dict[str, Any]) -> Proxy:
    settings = dict(case.get("meshConfigOverride") or {})
    if case.get("disableInboundPassthrough"):  # the flag is a mesh setting by now
        settings["inboundTrafficPolicy"] = {"mode": "LOCALHOST"}
    return configured(mesh_config(yaml.safe_dump(settings)), *map(_named, _objects(case)), proxy=_pod(case))


def _objects(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for text in (case.get("config"), case.get("kubernetes")):
        yield from (raw for raw in yaml.safe_load_all(text or "") if raw)
    for service in case.get("services", ()):
        yield _service(service)


def _named(raw: dict[str, Any]) -> dict[str, Any]:
    """Give what the corpus leaves out: namespaces, and names of objects and ports that an API server takes."""
    meta = raw["metadata"]
    meta.setdefault("namespace", "default")
    meta["name"] = meta["name"].replace("*", "all").lower()
    if "creationTimestamp" in meta:
        meta["creationTimestamp"] = _time(meta["creationTimestamp"])
    ports: Iterable[dict[str, Any]] = raw["spec"].get("ports", ()) if raw["kind"] == "Service" else ()
    names = Counter(port["name"] for port in ports)
    for index, port in enumerate(ports):
        if names[port["name"]] > 1:
            port["name"] = f"{port['name']}-{index}"
    return _pruned(raw)


def _pruned(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the API does not have, as an API server does."""
    for fault in decode.check(raw):
        if fault.message != UNKNOWN_FIELD:
            continue
        *parents, last = re.findall(r"[^.\[\]]+", fault.path)
        place: Any = raw
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        del place[last]
    return raw


def _time(said: Any) -> str:
    return said if isinstance(said, str) else str(said.isoformat())


def _service(service: dict[str, Any]) -> dict[str, Any]:
    """A Kubernetes Service whose ports have names of their own in the containers that it leads to."""
    name, namespace = service["hostname"].split(".")[:2]
    ports = [
        {
            "name": f"{port['protocol'].lower()}-{port['name']}",
            "port": port["port"],
            "targetPort": f"{name}-{port['name']}",
        }
        for port in service["ports"]
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"clusterIP": service["address"], "selector": {"app": "proxy"}, "ports": ports},
    }


def _pod(case: dict[str, Any]) -> dict[str, Any]:
    proxy = case["proxy"]
    labels = {"app": "proxy"} if case.get("services") else {}
    instances = [
        {"name": f"{one['service'].partition('.')[0]}-{one['portName']}", "containerPort": one["targetPort"]}
        for one in case.get("instances", ())
    ]
    own = pod(
        "app",
        (proxy.get("ipAddresses") or ["1.1.1.1"])[0],
        namespace=proxy.get("namespace", "default"),
        ports=instances,
        annotations={"inject.istio.io/templates": "gateway"} if proxy["type"] == "router" else {},
    )
    own["metadata"]["labels"] = {"security.istio.io/tlsMode": "istio"} | labels | proxy.get("labels", {})
    return own
