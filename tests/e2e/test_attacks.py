"""Attacks on the wire: what is no clear request is refused or judged as what it will be, whoever sends it where.

Proved elsewhere: plaintext to declared STRICT ports and forged client certificates through a sidecar
(`test_mutual_tls.py`), certificates of other authorities, trust domains and former days (`test_certificates.py`), paths
and hosts in other forms, headers that stand twice, spoofed peers against principals and ipBlocks
(`test_authorization.py`), tokens that are malformed, too large or for others (`test_request_authentication.py`), and
attacks on the authority (`test_attacks_on_authority.py`).
"""

import re
import urllib.error
import urllib.request
from typing import Any

import pytest
from mesh import Mesh, eventually
from raw_requests import FOLLOWED, HARMLESS, JUDGED, REFUSED, http1, seen, send, statuses

Raw = dict[str, Any]
STATS = {"proxy.istio.io/config": '{"proxyStatsMatcher": {"inclusionRegexps": [".*protocol_error.*", ".*no_filter_chain_match.*"]}}'}  # fmt: skip
# Served, though the Service says nothing of them.
UNDECLARED, UNDECLARED_TCP = 7000, 7001
INGRESS = {"selector": {"istio": "ingressgateway"}}


def security(kind: str, name: str, namespace: str = "default", **spec: Any) -> Raw:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}


DENY = security("AuthorizationPolicy", "deny", selector={"matchLabels": {"app": "server"}}, action="DENY", rules=[
    {"to": [{"operation": {"paths": ["/admin/*"]}}]},
    {"to": [{"operation": {"hosts": ["other", "other:*"]}}]},
    {"when": [{"key": "request.headers[x-role]", "values": ["admin"]}]},
])  # fmt: skip
FRONT = [
    {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "front", "namespace": "istio-system"},
     "spec": {**INGRESS, "servers": [{"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}},
    {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "front", "namespace": "istio-system"},
     "spec": {"hosts": ["*"], "gateways": ["front"], "http": [{"route": [{"destination": {"host": "server.default.svc.cluster.local"}}]}]}},
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """A server with something to protect, a client of the mesh, one outside it, and a gateway."""
    meta = {"name": "istio", "namespace": "istio-system"}
    logs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": "accessLogFile: /dev/stdout"}}
    mesh.apply(logs, DENY, *FRONT)
    ports = f"8080=http {UNDECLARED}=http {UNDECLARED_TCP}=tcp"
    declared = [{"name": "http", "port": 8080}]
    mesh.deploy("server", account="server", ports=ports, service_ports=declared, annotations=STATS)
    mesh.deploy("client", account="client", annotations=STATS)
    mesh.deploy("outsider", inject=False)
    eventually(lambda: mesh.call("client", "http://server:8080/admin/x")[0] == 403, 20, "the policy")
    eventually(lambda: entering(mesh)[0] == 200, 20, "the way in")
    return mesh


def entering(mesh: Mesh, path: str = "/", **headers: str) -> tuple[int, Raw]:
    """GET from outside the mesh: the status, and what the application saw."""
    try:
        request = urllib.request.Request(mesh.gateway + path, headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, seen(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.code, {}
    except OSError:
        return 0, {}


def address(mesh: Mesh, way: str) -> tuple[str, int]:
    return (mesh.pods("server")[0]["status"]["podIP"], 8080) if way else ("127.0.0.1", mesh.port)


def log(mesh: Mesh, app: str, container: str = "istio-proxy") -> list[str]:
    namespace = "istio-system" if app == "istio-ingressgateway" else "default"
    return mesh.kubectl("logs", mesh.pod(app, namespace), "-n", namespace, "-c", container).stdout.splitlines()


def logged(mesh: Mesh, app: str, pattern: str, after: int = 0) -> list[str]:
    """The lines of an app's proxy, `after` so many, that a pattern is found in."""
    return [line for line in log(mesh, app)[after:] if re.search(pattern, line)]


def counted(mesh: Mesh, app: str, name: str) -> int:
    """The sum of the counters of an app's proxy that end so."""
    path = f"/api/v1/namespaces/default/pods/{mesh.pod(app)}:15000/proxy/stats?filter={name}$"
    return sum(int(found) for found in re.findall(r": (\d+)$", mesh.kubectl("get", "--raw", path).stdout, re.M))


# Who sends, and whose proxies read it: what a client's does not take for HTTP, it hands on as bytes.
WAYS = [("client", ("client", "server")), ("outsider", ("server",)), ("", ("istio-ingressgateway",))]
way = pytest.mark.parametrize(("way", "readers"), WAYS, ids=["through a sidecar", "at the server", "at a gateway"])


@way
def test_what_is_no_clear_request_is_refused_and_written_down(shop: Mesh, way: str, readers: tuple[str, ...]) -> None:
    told = lambda: [line for app in readers for line in logged(shop, app, r"http[12]\.|missing_host_header")]  # noqa: E731
    before = len(told())
    answers = send(shop, way, address(shop, way), REFUSED)
    got = {name: statuses(answer) for name, answer in answers.items()}
    assert {name: found for name, found in got.items() if found not in ([], [400], [501])} == {}
    eventually(lambda: len(told()) >= before + len(REFUSED), 10, "written down")
    assert {line.split('" ')[1][:7] for line in told()} <= {"400 DPE", "501 DPE", "0 DPE h", "400 - m"}
    if way:
        of_streams = 4  # three are HTTP but for what it asks, and of HTTP/2 a stream can fail alone
        errors = sum(counted(shop, app, "downstream_cx_protocol_error") for app in readers)
        assert errors >= len(REFUSED) - of_streams
    assert not [line for line in log(shop, "server", "echo") if "admin" in line]


@way
def test_what_has_another_form_is_judged_as_what_it_is(shop: Mesh, way: str, readers: tuple[str, ...]) -> None:
    answers = send(shop, way, address(shop, way), JUDGED | FOLLOWED)
    got = {name: statuses(answer) for name, answer in answers.items()}
    denied = {name: [1] if name.startswith("HTTP/2 ") else [403] for name in JUDGED}
    assert got == denied | {name: [200, 403] for name in FOLLOWED}
    policy = r"rbac_access_denied_matched_policy\[ns\[default\]-policy\[deny\]"
    eventually(lambda: logged(shop, "server", policy), 10, "written down")
    assert not [line for line in log(shop, "server", "echo") if "admin" in line]


@way
def test_what_passes_reaches_the_application_as_it_was_judged(shop: Mesh, way: str, readers: tuple[str, ...]) -> None:
    answers = send(shop, way, address(shop, way), HARMLESS)
    for name, answer in answers.items():
        asked = seen(answer)
        assert (statuses(answer), asked["path"]) == ([200], "/open"), name
        assert "x-role" not in asked["headers"], name
        assert asked["headers"]["host"] in ("server:8080", "server:8080,other"), name
    assert not [line for line in log(shop, "server", "echo") if "admin" in line]


def test_a_port_that_nobody_declares_is_judged_whatever_its_bytes_look_like(shop: Mesh) -> None:
    """What the proxy does not take for HTTP, the application might."""
    get = http1("GET /admin/x HTTP/1.1", "Host: server", "Connection: close").decode()
    forms = {
        "plain": get, "after a line": f"\r\n{get}", "after a space": f" {get}", "after NUL": f"\0{get}",
        "by tabs": get.replace(" ", "\t"), "by line feeds": get.replace("\r\n", "\n"), "unknown method": f"FOO{get[3:]}",
        "small method": f"get{get[3:]}", "HTTP/1.0": get.replace("1.1", "1.0"), "HTTP/0.9": "GET /admin/x\r\n",
        "a long line first": "A" * 70_000 + get,
    }  # fmt: skip
    requests = {name: text.encode() for name, text in forms.items()}
    where = address(shop, "client")[0]
    for client in ("client", "outsider"):
        answers = send(shop, client, (where, UNDECLARED), requests)
        got = {name: statuses(answer) for name, answer in answers.items()}
        assert {name: found for name, found in got.items() if found not in ([], [400], [403])} == {}
        assert got["plain"] == [403]
    assert not [line for line in log(shop, "server", "echo") if "admin" in line]


def test_plaintext_reaches_no_port_where_mutual_tls_is_asked_for(shop: Mesh) -> None:
    strict = security("PeerAuthentication", "default", mtls={"mode": "STRICT"})
    get = {"http": http1("GET /strict HTTP/1.1", "Host: server"), "bytes": b"a line\n"}
    shop.apply(strict)
    eventually(lambda: shop.call("outsider", "http://server:8080/")[0] == 0, 10, "STRICT")
    where = address(shop, "outsider")[0]
    before = counted(shop, "server", "no_filter_chain_match")
    # Among them the proxy's own: inbound and outbound capture, administration, and one where nobody listens.
    ports = (8080, UNDECLARED, UNDECLARED_TCP, 15006, 15001, 15000, 22)
    for port in ports:
        assert send(shop, "outsider", (where, port), get) == {"http": "", "bytes": ""}, port
    assert counted(shop, "server", "no_filter_chain_match") >= before + 2 * len(ports) - 2
    for port in ports:
        what = "BlackHoleCluster" if port == 15006 else "NR filter_chain_not_found"
        eventually(
            lambda port=port, what=what: logged(shop, "server", rf"{what} .*{where}:{port} "), 10, "written down"
        )
    assert not [line for line in log(shop, "server", "echo") if "strict" in line]
    assert shop.call("client", "http://server:8080/")[0] == 200
    shop.delete(strict)
    eventually(lambda: shop.call("outsider", "http://server:8080/")[0] == 200, 10, "PERMISSIVE")


PEER = "x-forwarded-client-cert"
FORGED = {PEER: "By=spiffe://a;URI=spiffe://cluster.local/ns/default/sa/admin", "x-envoy-internal": "true",
          "x-envoy-upstream-rq-timeout-ms": "1", "x-envoy-retry-on": "5xx", "x-envoy-max-retries": "9",
          "x-envoy-expected-rq-timeout-ms": "1", "x-envoy-force-trace": "1", "x-envoy-ip-tags": "a"}  # fmt: skip
AT_THE_EDGE = {"x-envoy-original-path": "/admin", "x-envoy-decorator-operation": "x", "x-envoy-external-address": "192.0.2.7",
               "x-envoy-downstream-service-node": "x", "x-envoy-downstream-service-cluster": "x"}  # fmt: skip


def test_headers_by_which_proxies_talk_are_not_believed_of_others(shop: Mesh) -> None:
    told = [word for name, value in FORGED.items() for word in ("-H", f"{name}: {value}")]
    _, at_server = shop.call("outsider", "http://server:8080/", *told)
    _, by_client = shop.call("client", "http://server:8080/", *told)
    _, by_gateway = entering(shop, **FORGED, **AT_THE_EDGE)
    for got in (at_server, by_client, by_gateway):
        kept = {name for name, value in {**FORGED, **AT_THE_EDGE}.items() if got["headers"].get(name) == value}
        assert kept == set()
    assert PEER not in at_server["headers"]
    assert by_client["headers"][PEER].count("URI=") == 1
    assert by_client["headers"][PEER].endswith("URI=spiffe://cluster.local/ns/default/sa/client")
    assert by_gateway["headers"][PEER].endswith("/sa/istio-ingressgateway-service-account")


def test_a_header_does_not_choose_where_a_request_goes(shop: Mesh) -> None:
    to = f"x-envoy-original-dst-host: {shop.pods('outsider')[0]['status']['podIP']}:8080"
    where = address(shop, "client")[0]
    for client in ("client", "outsider"):
        for port in (8080, UNDECLARED):
            _, got = shop.call(client, f"http://{where}:{port}/", "-H", to)
            assert (got["name"], got["port"]) == ("server", port)


def test_a_gateway_believes_no_address_that_a_client_tells(shop: Mesh) -> None:
    rules = [{"from": [{"source": {"remoteIpBlocks": ["192.0.2.0/24"]}}]}]
    near = security("AuthorizationPolicy", "near", "istio-system", action="ALLOW", rules=rules,
                    selector={"matchLabels": {"istio": "ingressgateway"}})  # fmt: skip
    shop.apply(near)
    eventually(lambda: entering(shop)[0] == 403, 10, "the policy")
    for forged in ("192.0.2.7", "192.0.2.7, 192.0.2.8", "127.0.0.1,192.0.2.7"):
        headers = {"X-Forwarded-For": forged, "X-Envoy-External-Address": forged, "X-Real-Ip": forged}
        assert entering(shop, **headers)[0] == 403
    reason = r"rbac_access_denied_matched_policy\[none\].*192.0.2.7"
    eventually(lambda: logged(shop, "istio-ingressgateway", reason), 10, "what was claimed is written down")
    shop.delete(near)
    eventually(lambda: entering(shop)[0] == 200, 10, "open again")
