"""What the mesh accepts and some proxy refuses: said where people look, and the last good config keeps serving."""

import json
from base64 import b64encode
from typing import Any

import pytest
from mesh import Mesh, eventually

from lateen.base.clock import SystemClock
from lateen.identity.authority import CertificateAuthority

CLUSTER = "outbound|8080||web.default.svc.cluster.local"
FILES = {"sidecar.istio.io/userVolume": json.dumps({"certs": {"secret": {"secretName": "client-certs"}}}),
         "sidecar.istio.io/userVolumeMount": json.dumps({"certs": {"mountPath": "/etc/certs", "readOnly": True}})}  # fmt: skip


def rule(**policy: Any) -> dict[str, Any]:
    return {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
            "metadata": {"name": "web", "namespace": "default"}, "spec": {"host": "web", "trafficPolicy": policy}}  # fmt: skip


def routes(**route: Any) -> dict[str, Any]:
    spec = {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}}], **route}]}
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": {"name": "web", "namespace": "default"}, "spec": spec}  # fmt: skip


# A certificate that only some proxies have the files of.
WITH_FILES = rule(tls={"mode": "MUTUAL", "clientCertificate": "/etc/certs/cert.pem", "privateKey": "/etc/certs/key.pem",
                       "caCertificates": "/etc/certs/ca.pem"})  # fmt: skip
# 317 years: more than Envoy can count. It cannot read a message with that, nor anything beside it in a response.
TOO_LONG = "9999999999s"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """The services `web` and `api`, a client `holder` whose proxy has a certificate in files, and one, `other`, without."""
    authority = CertificateAuthority.create("example.org", SystemClock())
    pair = authority.server_certificate(["holder"], "spiffe://example.org/holder")
    files = {"cert.pem": pair.chain, "key.pem": pair.key.reveal(), "ca.pem": authority.trust.pem}
    mesh.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "client-certs"},
                "data": {name: b64encode(data).decode() for name, data in files.items()}})  # fmt: skip
    mesh.deploy("web")
    mesh.deploy("api")
    mesh.deploy("holder", annotations=FILES)
    mesh.deploy("other")
    return mesh


def reconciled(mesh: Mesh, kind: str, **wanted: str) -> dict[str, Any]:
    """The condition Reconciled of the object `web`, once it says so."""

    def look() -> Any:
        found = mesh.get(kind, "web").get("status", {}).get("conditions", ())
        said = next((each for each in found if each["type"] == "Reconciled"), {})
        return said if all(said.get(name) == value for name, value in wanted.items()) else None

    found: dict[str, Any] = eventually(look, 20, f"{kind} web: {wanted}")
    return found


def states(mesh: Mesh, app: str) -> dict[str, Any]:
    """How each type of a workload's proxy stands."""
    proxies = json.loads(mesh.lateen("proxy-status", "-o", "json").stdout)
    types: dict[str, Any] = next(each for each in proxies if each["proxy"].startswith(f"{app}-"))["types"]
    return types


def status(mesh: Mesh, client: str, url: str = "http://web:8080/") -> int:
    return mesh.call(client, url)[0]


def test_what_some_proxies_refuse_is_said_of_the_object_and_of_them_and_the_rest_have_it(shop: Mesh) -> None:
    assert status(shop, "other") == status(shop, "holder") == 200
    shop.apply(WITH_FILES)
    found = reconciled(shop, "destinationrule", status="False", reason="ProxyRefused")
    told = f"other-[pod].default refused CDS {CLUSTER}: Invalid path: /etc/certs/ca.pem"
    pod = f"{shop.pod('other')}.default"
    assert states(shop, "other")["CDS"]["state"] == "ERROR"
    assert states(shop, "holder")["CDS"]["state"] == "SYNCED"
    assert "holder-" not in found["message"] and f"refused CDS {CLUSTER}: Invalid path" in found["message"]
    lines = shop.lateen("proxy-status", "-v").stdout.splitlines()
    assert told.replace("other-[pod].default", pod) in lines
    assert "ERROR" in next(line for line in lines if line.startswith(pod))
    assert status(shop, "other") == 200, "the last good config keeps serving"
    assert status(shop, "holder") == 503, "a certificate of strangers: the new config is in force"
    shop.delete(WITH_FILES)
    eventually(lambda: states(shop, "other")["CDS"]["state"] == "SYNCED", 10, "nothing refused any more")
    eventually(lambda: status(shop, "holder") == 200, 10, "as before")


def test_it_is_cleared_when_the_object_is_mended(shop: Mesh) -> None:
    shop.apply(WITH_FILES)
    reconciled(shop, "destinationrule", reason="ProxyRefused")
    shop.apply(rule(connectionPool={"tcp": {"maxConnections": 7}}))
    assert reconciled(shop, "destinationrule", status="True")["reason"] == "Acknowledged"
    assert "refused" not in shop.lateen("proxy-status", "-v").stdout
    shop.delete(WITH_FILES)


def test_a_route_table_that_is_refused_leaves_the_last_one_and_holds_up_nothing_else(shop: Mesh) -> None:
    shop.apply(routes(headers={"response": {"set": {"x-version": "good"}}}))
    reconciled(shop, "virtualservice", status="True")
    shop.apply(routes(timeout=TOO_LONG, headers={"response": {"set": {"x-version": "bad"}}}))
    found = reconciled(shop, "virtualservice", status="False", reason="ProxyRefused")
    assert "refused RDS 8080: Invalid duration" in found["message"] and "more" in found["message"]
    assert "x-version: good" in shop.curl("other", "-i", "http://web:8080/").stdout
    shop.apply(rule(connectionPool={"tcp": {"maxConnections": 8}}))
    reconciled(shop, "destinationrule", status="True")
    shop.delete(routes(), WITH_FILES)


def test_what_one_object_spoils_does_not_keep_the_rest_from_a_new_proxy(shop: Mesh) -> None:
    shop.apply(rule(connectionPool={"tcp": {"connectTimeout": TOO_LONG}}))
    reconciled(shop, "destinationrule", reason="ProxyRefused")
    shop.deploy("late")
    types = states(shop, "late")
    assert types["CDS"]["state"] == "ERROR" and list(types["CDS"]["nacks"]) == [CLUSTER]
    assert "Invalid duration" in types["CDS"]["nacks"][CLUSTER]
    assert status(shop, "late", "http://api:8080/") == 200
    assert f"late-{shop.pod('late').removeprefix('late-')}.default refused CDS" in shop.lateen("proxy-status").stdout
    shop.delete(WITH_FILES)
    eventually(lambda: status(shop, "late") == 200, 10, "the service is reached when the object is gone")


def test_each_listener_that_is_refused_has_its_own_reason_and_all_go_on(shop: Mesh) -> None:
    config = shop.get("configmap", "istio", "istio-system")["data"]["mesh"]
    set_mesh(shop, config.replace("/dev/stdout", "/none/access.log"))
    try:
        types = eventually(lambda: refused_listeners(shop), 10, "refused listeners")
        assert {"virtualInbound", "virtualOutbound", "0.0.0.0_8080"} <= set(types)
        assert set(types.values()) == {"unable to open file '/none/access.log': No such file or directory"}
        assert status(shop, "other") == 200
        shop.apply(rule(connectionPool={"tcp": {"maxConnections": 9}}))
        reconciled(shop, "destinationrule", status="True")
    finally:
        set_mesh(shop, config)
    eventually(lambda: states(shop, "other")["LDS"]["state"] == "SYNCED", 10, "as before")
    shop.delete(WITH_FILES)


def refused_listeners(mesh: Mesh) -> dict[str, str]:
    found: dict[str, str] = states(mesh, "other")["LDS"]["nacks"]
    return found


def set_mesh(mesh: Mesh, config: str) -> None:
    patch = json.dumps({"data": {"mesh": config}})
    mesh.kubectl("patch", "configmap", "istio", "-n", "istio-system", "--type=merge", "-p", patch)
