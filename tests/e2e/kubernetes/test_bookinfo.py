"""Document A's story on a real cluster."""

import time

from clusters import Mesh, eventually, log_of

STRICT = """
apiVersion: security.istio.io/v1beta1
kind: PeerAuthentication
metadata: {name: default, namespace: %s}
spec: {mtls: {mode: %s}}
"""
PAGE = "http://productpage.default:9080/productpage"


def test_rows_1_2_the_page_is_served_through_the_gateway_from_pods_with_sidecars(mesh: Mesh) -> None:
    page = eventually(lambda: (found := mesh.call()).status == 200 and found, 30)
    assert "Book Details" in page.body and "Reviewer1" in page.body
    stars = eventually(lambda: "data-stars" in mesh.call().body, 20)
    assert stars
    for pod in mesh.pods("default", "app in (productpage, details, reviews, ratings)"):
        statuses = [*pod["status"]["containerStatuses"], *pod["status"]["initContainerStatuses"]]
        assert {one["name"] for one in statuses if one["ready"]} >= {"istio-proxy"}


def test_row_3_destination_rules_give_one_cluster_per_subset_with_only_its_endpoints(mesh: Mesh) -> None:
    rows = mesh.lateen("pc", "endpoint", "deploy/productpage-v1").splitlines()
    for version in ("v1", "v2", "v3"):
        pod = mesh.pods("default", f"app=reviews,version={version}")[0]
        found = [row.split()[0] for row in rows if f"outbound|9080|{version}|reviews.default" in row]
        assert found == [f"{pod['status']['podIP']}:9080"]


def test_rows_43_52_calls_are_mutual_tls_with_spiffe_names(mesh: Mesh) -> None:
    secret = mesh.lateen("pc", "secret", "deploy/details-v1", "-o", "json")
    assert "default" in secret and "PRIVATE KEY" not in secret
    assert mesh.call().status == 200
    # Its upstream is the sidecar's TLS cluster; what arrives has the caller's name.
    line = eventually(
        lambda: [row for row in log_of(mesh, "default", "deploy/details-v1").splitlines() if '"GET /details' in row][-1]
    )
    assert "outbound_.9080_._.details.default.svc.cluster.local" in line


def test_rows_44_45_95_96_strict_refuses_plaintext_but_where_a_namespace_permits_it(mesh: Mesh) -> None:
    outside = mesh.client(mesh.namespace("outside"))
    assert eventually(lambda: outside.call(PAGE).status == 200)
    mesh.apply(STRICT % ("istio-system", "STRICT"))
    try:
        assert eventually(lambda: outside.call(PAGE).status == 0)
        assert mesh.call().status == 200
        mesh.apply(STRICT % ("default", "PERMISSIVE"))
        assert eventually(lambda: outside.call(PAGE).status == 200)
        mesh.kubectl("delete", "peerauthentication", "-n", "default", "default")
        assert eventually(lambda: outside.call(PAGE).status == 0)
    finally:
        mesh.kubectl("delete", "peerauthentication", "-A", "--all")


def test_rows_48_49_97_only_who_is_named_may_do_what_is_named(mesh: Mesh) -> None:
    mesh.apply("""
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: details, namespace: default}
spec:
  selector: {matchLabels: {app: details}}
  rules:
  - from: [{source: {principals: [cluster.local/ns/default/sa/bookinfo-productpage]}}]
    to: [{operation: {methods: [GET], paths: ["/details/*"]}}]
""")
    try:
        inside = mesh.client("default", "inside")
        assert eventually(lambda: inside.call("http://details:9080/details/0").status == 403)
        assert "Book Details" in eventually(lambda: (found := mesh.call()).status == 200 and found).body
        assert "details/default" in mesh.lateen("authz", "check", "deploy/details-v1").replace(".", "/")
    finally:
        mesh.kubectl("delete", "authorizationpolicy", "-n", "default", "details")


def test_rows_111_118_logs_and_administration_are_where_people_look(mesh: Mesh) -> None:
    assert mesh.call().status == 200
    assert eventually(lambda: '"GET /productpage' in log_of(mesh, "default", "deploy/productpage-v1"))
    pod = mesh.pods("default", "app=productpage")[0]["metadata"]["name"]
    dump = mesh.kubectl("exec", f"pod/{pod}", "-c", "istio-proxy", "--", "curl", "-sS", "localhost:15000/config_dump")
    assert "ListenersConfigDump" in dump
    stats = mesh.kubectl("exec", f"pod/{pod}", "-c", "istio-proxy", "--", "curl", "-sS", "localhost:15000/stats")
    assert "cluster.xds-grpc" in stats


def test_row_84_who_is_injected_and_why_not(mesh: Mesh) -> None:
    told = mesh.lateen("x", "check-inject", "-n", "default")
    assert "istio-injection is 'enabled'" in told
    mesh.client(mesh.namespace("outside"))
    assert "✘" in mesh.lateen("x", "check-inject", "-n", "outside")


def test_a_change_reaches_every_proxy_and_is_told(mesh: Mesh) -> None:
    proxies = mesh.lateen("ps")
    for name in ("productpage-v1", "istio-ingressgateway", "details-v1"):
        assert name in proxies
    begun = time.monotonic()
    mesh.apply("""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews, subset: v3}}]}]
""")
    assert eventually(
        lambda: "outbound|9080|v3|reviews" in mesh.lateen("pc", "route", "deploy/productpage-v1", "-o", "json")
    )
    assert all("color: red" in mesh.call().body for _ in range(6)), time.monotonic() - begun
    mesh.kubectl("delete", "virtualservice", "reviews")
