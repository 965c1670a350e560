"""What the conformance cases of the Gateway API ask, and whether what came back is what they expect."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway_certificates import Certificates

Raw = dict[str, Any]
GRPC_SERVICE = "/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho"
_GRPC_CODES = {"OK": 0, "Unimplemented": 12, "Unavailable": 14, "PermissionDenied": 7}
_PROTOCOLS = {"": "http1", "HTTP": "http1", "H2C_PRIOR_KNOWLEDGE": "http2", "grpc": "grpc", "WEBSOCKET": "http1"}
_PORTS = {"http": 80, "https": 443}


def asked(entry: Raw, address: str, port: int, certificates: Certificates) -> Raw:
    """What the client inside a pod is to ask for an entry."""
    match entry["type"]:
        case "grpc":
            return {"address": address, "port": port, **_grpc(entry["expected"], address)}
        case "tcp" | "tls-connection-rejected" | "tcp-echo" | "tcp-echo-once" | "tcp-connect":
            tls = entry.get("useTLS") or entry["type"] == "tls-connection-rejected"
            more = {"tls": _tls(entry, certificates)} if tls else {}
            return {"address": address, "port": port, "protocol": "tcp", **more}
        case "udp-echo":
            return {"address": address, "port": port, "protocol": "udp", "seconds": 1}
        case "https":
            return {**_http(entry["expected"], address, port), "tls": _tls(entry, certificates)}
        case _:
            return _http(entry["expected"], address, port)


def _http(expected: Raw, address: str, port: int) -> Raw:
    request = expected.get("request", {})
    headers = dict(request.get("headers", {}))
    wished = expected.get("backendSetResponseHeaders", {})
    if wished:
        headers["X-Echo-Set-Header"] = ",".join(f"{name}:{value}" for name, value in wished.items())
    protocol = _PROTOCOLS[request.get("protocol", "")]
    path = request.get("path") or (f"{GRPC_SERVICE}/Echo" if protocol == "grpc" else "/")
    host = headers.pop("Host", "") or request.get("host") or (address if port == 80 else f"{address}:{port}")
    return {
        "address": address,
        "port": port,
        "protocol": protocol,
        "method": "POST" if protocol == "grpc" else request.get("method") or "GET",
        "host": host,
        "path": path,
        "headers": headers,
    }


def _grpc(expected: Raw, address: str) -> Raw:
    metadata = expected.get("requestMetadata", {})
    method = next(name for name in ("echoRequest", "echoTwoRequest", "echoThreeRequest") if name in expected)
    path = f"{GRPC_SERVICE}/{method.removesuffix('Request').replace('echo', 'Echo')}"
    host = metadata.get("authority") or address
    return {
        "protocol": "grpc",
        "method": "POST",
        "host": host,
        "path": path,
        "headers": metadata.get("metadata") or {},
    }


def _tls(entry: Raw, certificates: Certificates) -> Raw:
    own = {"certificate": "clientCertificate", "key": "clientCertificateKey", "roots": "serverCertificate"}
    read = {name: certificates.text(entry[key]) for name, key in own.items() if entry.get(key)}
    return {"serverName": entry["serverName"], **read}


def fault(entry: Raw, request: Raw, answer: Raw, certificates: Certificates) -> str:
    """Why an answer is not what an entry expects; "" where it is."""
    return next(_faults(entry, request, answer, certificates), "")


def _faults(entry: Raw, request: Raw, answer: Raw, certificates: Certificates) -> Iterator[str]:
    kind, expected = entry["type"], entry.get("expected", {})
    if kind == "tls-connection-rejected":
        if "error" not in answer:
            yield f"not rejected: {answer}"
    elif "error" in answer:
        yield answer["error"]
    elif kind == "http-failure":
        if answer["status"] < 400:
            yield f"status {answer['status']}, an error was expected"
    elif kind == "grpc":
        yield from _grpc_faults(expected, answer)
    elif request["protocol"] in ("tcp", "udp"):
        yield from _backend_faults(expected, body(answer))
    else:
        yield from _http_faults(entry, request, answer, certificates)


def body(answer: Raw) -> Raw:
    """What the backend said; {} where something else answered."""
    try:
        found = json.loads(answer.get("body") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _grpc_faults(expected: Raw, answer: Raw) -> Iterator[str]:
    """Headers are not judged: of rules with equal matches the cases expect what all of them add, though only the first
    counts."""
    code = _GRPC_CODES[expected.get("response", {}).get("code") or "OK"]
    if answer.get("code") != code:
        yield f"code {answer.get('code')} ({answer.get('message')}) with status {answer['status']}, not {code}"
    elif code == 0:
        yield from _backend_faults(expected, body(answer))


def _http_faults(entry: Raw, request: Raw, answer: Raw, certificates: Certificates) -> Iterator[str]:
    expected, seen = entry["expected"], body(answer)
    response = expected.get("response", {})
    statuses = response.get("statusCodes") or [response.get("statusCode") or 200]
    if answer["status"] not in statuses:
        yield f"status {answer['status']}, not {statuses}: {answer['body'][:100]!r}"
        return
    if answer["status"] == 200:
        yield from _seen_faults(expected, request, seen, certificates)
    yield from _header_faults("the answer", answer["headers"], response)
    if "redirectRequest" in expected:
        scheme = "https" if request.get("tls") else "http"
        yield from _redirect_faults(expected, request, scheme, _values(answer["headers"], "location"))


def _seen_faults(expected: Raw, request: Raw, seen: Raw, certificates: Certificates) -> Iterator[str]:
    """What is wrong with the request that the backend saw."""
    if not seen:
        yield "no backend answered"
        return
    yield from _backend_faults(expected, seen)
    wanted: Mapping[str, Any] = expected.get("expectedRequest") or expected.get("request", {})
    path = wanted.get("path") or request["path"]
    if seen["path"] != path:
        yield f"the backend saw path {seen['path']}, not {path}"
    if (
        wanted.get("host")
        and request["host"] == expected.get("request", {}).get("host")
        and seen["host"] != wanted["host"]
    ):
        yield f"the backend saw host {seen['host']}, not {wanted['host']}"
    if wanted.get("sni") and seen["tls"].get("sni") != wanted["sni"]:
        yield f"the backend saw server name {seen['tls'].get('sni')}, not {wanted['sni']}"
    if wanted.get("clientCert") and seen["tls"].get("peerCertificate") != certificates.text(wanted["clientCert"]):
        yield "the backend saw another client certificate, or none"
    if seen["method"] != request["method"]:
        yield f"the backend saw method {seen['method']}"
    yield from _header_faults("the backend", seen["headers"], wanted)


def _backend_faults(expected: Raw, seen: Raw) -> Iterator[str]:
    if not str(seen.get("pod", "")).startswith(expected.get("backend") or expected.get("service") or ""):
        yield f"{seen.get('pod')} answered, not {expected.get('backend') or expected.get('service')}"
    if expected.get("namespace") not in (None, "", seen.get("namespace")):
        yield f"a backend in {seen.get('namespace')} answered, not in {expected['namespace']}"
    if expected.get("backendIsTLS") and seen["tls"].get("sni") != expected["hostname"]:
        yield f"the backend saw TLS {seen['tls']}, not for {expected['hostname']}"


def _header_faults(who: str, headers: Mapping[str, list[str]], wanted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in (wanted.get("headers") or {}).items():
        if name != "Host" and (found := _values(headers, name)) != value:
            yield f"{who} has {name}: {found!r}, not {value!r}"
    for name in wanted.get("absentHeaders") or ():
        if _values(headers, name) is not None:
            yield f"{who} has {name}: {_values(headers, name)}"


def _values(headers: Mapping[str, list[str]], name: str) -> str | None:
    found = headers.get(name.lower())
    return None if found is None else ",".join(value.replace(", ", ",") for value in found)


def _redirect_faults(expected: Raw, request: Raw, own_scheme: str, location: str | None) -> Iterator[str]:
    wanted, found = expected["redirectRequest"], urlsplit(location or "")
    scheme = wanted.get("scheme") or own_scheme
    host = wanted.get("host") or request["host"].split(":")[0]
    ports = {int(wanted["port"])} if wanted.get("port") else {None, _PORTS[scheme]}
    if (found.scheme, found.hostname) != (scheme, host) or found.path != (wanted.get("path") or request["path"]):
        yield f"redirected to {location}, not {wanted}"
    elif found.port not in ports and not (
        wanted.get("port") and int(wanted["port"]) == _PORTS[scheme] and not found.port
    ):
        yield f"redirected to {location}, not to port {ports}"


def shares(answers: list[Raw], names: Mapping[str, float]) -> dict[str, float]:
    """Which share of the answers came from each backend."""
    pods = [str(body(one).get("pod", "")) for one in answers]
    return {name: sum(pod.startswith(name) for pod in pods) / len(pods) for name in names}
