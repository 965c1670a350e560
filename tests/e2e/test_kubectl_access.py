"""Who may do what, asked and set up with the real kubectl."""

import base64
import json
import re
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kubectl import Kubectl, Served, rows

ADDONS = Path(__file__).parents[3] / "shared" / "conformance" / "samples" / "addons"


async def test_a_role_is_created_bound_and_enforced(kubectl: Kubectl) -> None:
    assert 'cannot list resource "pods" in API group "" in the namespace "default"' in await kubectl.refused(
        "get pods --as alice"
    )
    await kubectl("create role reader --verb=get,list --resource=pods,deployments.apps")
    await kubectl("create rolebinding readers --role=reader --user=alice --serviceaccount=default:default")
    assert await kubectl("get pods,deployments --as alice -o name") == ""
    assert "Forbidden" in await kubectl.refused("get pods -n kube-system --as alice")
    assert "is forbidden" in await kubectl.refused("create configmap c --as alice")
    assert (await kubectl("auth can-i list pods --as system:serviceaccount:default:default")).strip() == "yes"
    table = rows(await kubectl("get rolebinding readers -o wide"))
    assert table[0] == ["NAME", "ROLE", "AGE", "USERS", "GROUPS", "SERVICEACCOUNTS"]
    assert table[1][1] == "Role/reader" and table[1][3:] == ["alice", "default/default"]
    assert re.search(r"pods\s+\[\]\s+\[\]\s+\[get list\]", await kubectl("describe role reader"))
    await kubectl("delete rolebinding readers")
    assert "Forbidden" in await kubectl.refused("get pods --as alice")


async def test_a_cluster_role_reaches_everywhere_and_may_be_for_paths(kubectl: Kubectl) -> None:
    await kubectl("create clusterrole prober --verb=get --non-resource-url=/metrics")
    await kubectl("create clusterrolebinding probers --clusterrole=prober --group=probers")
    assert (await kubectl("auth can-i get /metrics --as p --as-group probers")).strip() == "yes"
    await kubectl("create clusterrolebinding viewers --clusterrole=view --user=vera")
    assert await kubectl("get services -n default --as vera -o name") == "service/kubernetes\n"
    assert "Forbidden" in await kubectl.refused("get secrets -A --as vera")


async def test_an_aggregated_role_has_the_rules_of_what_it_selects(kubectl: Kubectl) -> None:
    await kubectl("create clusterrole all --aggregation-rule=part-of=all")
    await kubectl("create clusterrole part --verb=get --resource=pods")
    await kubectl("label clusterrole part part-of=all")
    await kubectl("wait clusterrole all --for=jsonpath={.rules[0].resources[0]}=pods --timeout=10s")


async def test_what_one_may_is_listed(kubectl: Kubectl) -> None:
    listed = rows(await kubectl("auth can-i --list --as alice"))
    assert ["selfsubjectreviews.authentication.k8s.io", "[]", "[]", "[create]"] in listed
    assert ["*.*", "[]", "[]", "[*]"] in rows(await kubectl("auth can-i --list"))
    assert rows(await kubectl("auth whoami --as alice --as-group devs")) == [
        ["ATTRIBUTE", "VALUE"],
        ["Username", "alice"],
        ["Groups", "[devs system:authenticated]"],
    ]


async def test_nobody_grants_what_they_do_not_hold(kubectl: Kubectl) -> None:
    await kubectl("create clusterrolebinding admins --clusterrole=admin --user=ada")
    await kubectl("create role pods --verb=get --resource=pods --as ada")
    told = await kubectl.refused("create clusterrole nodes --verb=get --resource=nodes --as ada")
    assert "forbidden" in told.lower()
    told = await kubectl.refused(
        "create role approver --verb=get --resource=endpointslices.discovery.k8s.io,nodes --as ada"
    )
    assert "attempting to grant RBAC permissions not currently held" in told
    told = await kubectl.refused("create rolebinding b --clusterrole=cluster-admin --user=ada --as ada")
    assert "attempting to grant RBAC permissions not currently held" in told


@pytest.mark.skipif(not ADDONS.exists(), reason="Istio's samples are not beside the project")
async def test_the_roles_of_istios_addons_apply_and_mean_what_they_say(kubectl: Kubectl) -> None:
    await kubectl("create namespace istio-system")
    for addon in ("prometheus", "kiali", "loki"):
        await kubectl(f"auth reconcile -f {ADDONS / addon}.yaml")
    for line, expected in [
        ("list nodes --as system:serviceaccount:istio-system:prometheus", "yes"),
        ("get /metrics --as system:serviceaccount:istio-system:prometheus", "yes"),
        ("patch nodes --as system:serviceaccount:istio-system:prometheus", "no"),
        ("create virtualservices -n shop --as system:serviceaccount:istio-system:kiali", "yes"),
        ("get pods --subresource=log -n shop --as system:serviceaccount:istio-system:kiali", "yes"),
        ("get secrets -n shop --as system:serviceaccount:istio-system:kiali", "no"),
        ("list secrets -n shop --as system:serviceaccount:istio-system:loki", "yes"),
        ("list secrets -n shop --as system:serviceaccount:istio-system:other", "no"),
    ]:
        answer = await kubectl.run("auth", "can-i", *line.split())
        assert answer.out.strip() == expected, line


async def test_a_certificate_is_asked_for_approved_and_used(kubectl: Kubectl, server: Served) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "devs"), x509.NameAttribute(NameOID.COMMON_NAME, "alice")]
    )
    request = x509.CertificateSigningRequestBuilder(names).sign(key, hashes.SHA256())
    text = base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()
    spec = {"request": text, "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}
    raw = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "alice"},
        "spec": spec,
    }
    await kubectl("apply -f -", json.dumps(raw))
    assert rows(await kubectl("get csr"))[1][-1] == "Pending"
    assert "approved" in await kubectl("certificate approve alice")
    assert rows(await kubectl("get csr"))[1][-1] == "Approved,Issued"
    certificate = await kubectl("get csr alice -o jsonpath={.status.certificate}")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    config = json.loads((kubectl.folder / "kubeconfig").read_text())
    data = {"client-certificate-data": certificate, "client-key-data": base64.b64encode(pem).decode()}
    config["users"] = [{"name": config["users"][0]["name"], "user": data}]
    (kubectl.folder / "kubeconfig").write_text(json.dumps(config))
    assert {"alice", "devs"} <= set(re.findall(r"\w+", await kubectl("auth whoami")))
    assert "Forbidden" in await kubectl.refused("get pods")
