"""Identity and mutual TLS between real sidecars (rows 43 to 47, 52, 95, 96)."""

import base64
import json
import re
import subprocess
import threading
import time

import pytest
from cryptography import x509
from mesh import ROOT, Mesh, eventually
from policies import peer_authentication

MTLS = ROOT / "examples/reference/mtls.yaml"


@pytest.fixture(scope="module")
def pair(mesh: Mesh) -> Mesh:
    """A client and a server in the mesh, a client outside it."""
    stats = {"proxy.istio.io/config": '{"proxyStatsMatcher": {"inclusionRegexps": [".*ssl.versions.*"]}}'}
    mesh.deploy("server", account="server", ports="8080=http 9000=tcp", annotations=stats)
    mesh.deploy("client", account="client")
    mesh.deploy("outsider", inject=False)
    return mesh


def status(mesh: Mesh, client: str) -> int:
    return mesh.call(client, "http://server:8080/")[0]


def encrypted(mesh: Mesh) -> bool:
    """Whether the server's proxy saw the client's certificate in this call."""
    _, seen = mesh.call("client", "http://server:8080/")
    return "x-forwarded-client-cert" in seen["headers"]


def test_row_43_calls_between_sidecars_are_tls_1_3_with_spiffe_names(pair: Mesh) -> None:
    code, seen = pair.call("client", "http://server:8080/")
    assert code == 200
    certificate = seen["headers"]["x-forwarded-client-cert"]
    assert "By=spiffe://cluster.local/ns/default/sa/server" in certificate
    assert "URI=spiffe://cluster.local/ns/default/sa/client" in certificate
    pod = pair.pods("server")[0]
    path = f"/api/v1/namespaces/default/pods/{pod['metadata']['name']}:15000/proxy/stats?filter=ssl.versions"
    versions = pair.kubectl("get", "--raw", path).stdout
    assert "TLSv1.3" in versions
    assert "TLSv1.2" not in versions


def test_row_43_on_the_wire_there_is_no_plaintext(pair: Mesh) -> None:
    server = pair.pods("server")[0]
    pid = pair.app_pid(server)
    capture = subprocess.Popen(
        ["nsenter", "-t", str(pid), "-n", "tcpdump", "-i", "eth0", "-A", "-U", "-n", "-c", "12", "tcp port 8080"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert capture.stderr is not None
    assert "listening" in capture.stderr.readline() + capture.stderr.readline()
    eventually(
        lambda: pair.call("client", "http://server:8080/marked-path-in-the-clear") and capture.poll() is not None, 20
    )
    seen = capture.communicate()[0]
    assert server["status"]["podIP"] in seen
    assert "marked-path-in-the-clear" not in seen


def test_row_44_strict_refuses_a_client_outside_the_mesh(pair: Mesh) -> None:
    pair.apply(peer_authentication("STRICT"))
    eventually(lambda: status(pair, "outsider") == 0, 5, "refused")
    assert status(pair, "client") == 200
    pair.delete(peer_authentication("STRICT"))


def test_row_45_permissive_serves_both_and_disable_speaks_plaintext(pair: Mesh) -> None:
    pair.apply(peer_authentication("PERMISSIVE"))
    eventually(lambda: status(pair, "outsider") == 200, 5)
    eventually(lambda: encrypted(pair), 5)
    pair.apply(peer_authentication("DISABLE"))
    eventually(lambda: not encrypted(pair), 5, "auto mTLS falls back to plaintext")
    assert status(pair, "outsider") == 200
    pair.delete(peer_authentication("DISABLE"))
    eventually(lambda: encrypted(pair), 5)


def test_row_46_namespace_over_mesh_workload_over_namespace_port_over_workload(pair: Mesh) -> None:
    mesh_wide = peer_authentication("STRICT", namespace="istio-system")
    namespace = peer_authentication("PERMISSIVE")
    workload = peer_authentication("STRICT", name="server", selector={"matchLabels": {"app": "server"}})
    port = peer_authentication(
        "STRICT",
        name="server",
        selector={"matchLabels": {"app": "server"}},
        portLevelMtls={8080: {"mode": "PERMISSIVE"}},
    )
    steps = [(mesh_wide, 0), (namespace, 200), (workload, 0), (port, 200)]
    for policy, expected in steps:
        pair.apply(policy)
        eventually(lambda expected=expected: status(pair, "outsider") == expected, 5, f"{policy} → {expected}")
        assert status(pair, "client") == 200
    # The port's mode is the port's alone: 9000 stays STRICT.
    program = "import socket; s=socket.create_connection(('server',9000),3); s.sendall(b'hi\\n'); print(s.makefile().readline())"
    assert "server" not in pair.inside(pair.pods("outsider")[0], "/usr/bin/python3", "-c", program).stdout
    assert "server" in pair.inside(pair.pods("client")[0], "/usr/bin/python3", "-c", program).stdout
    for policy, _ in reversed(steps):
        pair.delete(policy)


def test_row_47_of_two_for_the_mesh_the_oldest_counts_and_the_other_is_named(pair: Mesh) -> None:
    first = peer_authentication("STRICT", name="cluster-mtls-strict", namespace="istio-system")
    second = peer_authentication("PERMISSIVE", namespace="istio-system")
    pair.apply(first)
    eventually(lambda: status(pair, "outsider") == 0, 5, "the first")
    created = pair.get("peerauthentication", "cluster-mtls-strict", "istio-system")["metadata"]["creationTimestamp"]
    eventually(lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > created, 3, "the next second")
    pair.apply(second)
    told = pair.lateen("analyze", "-n", "istio-system", check=False).stdout
    assert "default" in told and "cluster-mtls-strict" in told, told
    assert [status(pair, "outsider") for _ in range(3)] == [0, 0, 0]
    pair.delete(first)
    eventually(lambda: status(pair, "outsider") == 200, 5, "the second, alone")
    pair.delete(second)


def test_rows_95_and_96_the_mesh_is_strict_but_for_one_namespace(pair: Mesh) -> None:
    pair.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "legacy", "labels": {"istio-injection": "enabled"}}})  # fmt: skip
    pair.deploy("old", namespace="legacy")
    strict = MTLS.read_text()
    pair.kubectl("apply", "-f", str(MTLS))
    assert "security.istio.io/v1beta1" in strict
    eventually(lambda: status(pair, "outsider") == 0, 5, "strict everywhere")
    assert status(pair, "client") == 200
    for client in ("outsider", "client"):
        assert pair.call(client, "http://old.legacy:8080/")[0] == 200
    pair.kubectl("delete", "-f", str(MTLS))
    eventually(lambda: status(pair, "outsider") == 200, 5)


def test_row_52_certificate_has_the_spiffe_name_and_lives_a_day(pair: Mesh) -> None:
    table = pair.lateen("proxy-config", "secret", "deploy/server").stdout
    assert re.search(r"default\s+Cert Chain\s+ACTIVE\s+true", table)
    assert re.search(r"ROOTCA\s+CA\s+ACTIVE\s+true", table)
    pod = pair.pods("server")[0]["metadata"]["name"]
    certs = json.loads(pair.kubectl("get", "--raw", f"/api/v1/namespaces/default/pods/{pod}:15000/proxy/certs").stdout)
    leaf = next(cert for entry in certs["certificates"] for cert in entry.get("cert_chain", []))
    assert leaf["subject_alt_names"] == [{"uri": "spiffe://cluster.local/ns/default/sa/server"}]
    assert "PRIVATE KEY" not in json.dumps(
        json.loads(pair.lateen("proxy-config", "secret", "deploy/server", "-o", "json").stdout)
    )


def test_a_certificate_says_what_the_registry_knows_and_follows_the_labels(pair: Mesh) -> None:
    """Facts for telemetry, beside the identity: nothing that an application could forge."""
    pod = pair.pods("server")[0]["metadata"]["name"]
    facts = eventually(lambda: said_of(pair, pod), 5)
    assert facts.startswith("server;default;server;v1;")
    pair.kubectl("label", "--overwrite", "pod", pod, "service.istio.io/canonical-revision=blue")
    eventually(lambda: said_of(pair, pod).startswith("server;default;server;v1;server;blue;"), 15)
    assert status(pair, "client") == 200


def said_of(mesh: Mesh, pod: str) -> str:
    """What a proxy's certificate states beside the identity."""
    dump = json.loads(mesh.lateen("proxy-config", "secret", pod, "-o", "json").stdout)
    chain = next(one["secret"]["tls_certificate"]["certificate_chain"]["inline_bytes"]
                 for one in dump["dynamic_active_secrets"] if one["name"] == "default")  # fmt: skip
    leaf = x509.load_pem_x509_certificates(base64.b64decode(chain))[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.OtherName)[0].value[2:].decode()


def test_row_52_rotation_fails_no_request(pair: Mesh) -> None:
    serial = lambda: pair.lateen("proxy-config", "secret", "deploy/server", "-o", "json").stdout  # noqa: E731
    before, statuses, stop = serial(), [], threading.Event()

    def load() -> None:
        while not stop.is_set():
            statuses.append(status(pair, "client"))

    caller = threading.Thread(target=load)
    caller.start()
    pair.lateen("internal", "rotate")
    eventually(lambda: serial() != before, 15, "a new certificate")
    done = len(statuses)
    eventually(lambda: len(statuses) > done + 10, 20)
    stop.set()
    caller.join()
    assert set(statuses) == {200}


def test_identities_are_proved_never_claimed(pair: Mesh) -> None:
    _, seen = pair.call(
        "client", "http://server:8080/", "-H", "x-forwarded-client-cert: URI=spiffe://cluster.local/ns/default/sa/admin"
    )
    assert "sa/admin" not in seen["headers"]["x-forwarded-client-cert"]


def test_no_private_key_is_on_the_machines_disk(pair: Mesh) -> None:
    found = subprocess.run(
        ["grep", "-rlE", "BEGIN (EC |RSA )?PRIVATE KEY", str(pair.state), str(pair.run_folder)],
        capture_output=True,
        text=True,
    ).stdout
    assert all("/pki/" in line for line in found.splitlines()), found
