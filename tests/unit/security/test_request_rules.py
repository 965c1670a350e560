"""Through the planner: whose tokens a workload's listeners check."""

from typing import Any

import pytest
from tokens import Issuer
from worlds import World, istio, pod, service

from lateen.plan.listener import HttpProxy
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.planner.scope import COMMON, Scope
from lateen.security.request_authentication import DISCOVERY

JWKS = Issuer("me").jwks
URL = "https://idp.example.com/keys"


def written(issuer: str) -> str:
    return f"{{issuer: {issuer}, jwks: '{JWKS}'}}"


def tokens(name: str, rule: str, more: str = "", namespace: str = "shop") -> dict[str, Any]:
    return istio("RequestAuthentication", name, f"{{jwtRules: [{rule}]{more}}}", namespace=namespace)


@pytest.fixture
def world() -> World:
    made = World(COMMON)
    made.put(pod("web-1", "10.244.0.2", {"app": "web"}), service("web"))
    return made


def issuers(world: World, name: str = "web-1") -> tuple[TokenIssuer, ...]:
    workload = world.plans.workload_at("shop", name)
    assert workload is not None
    (inbound,) = (scope for scope in world.plans.scopes_of(workload) if scope.kind == "inbound")
    world.want(inbound)
    listener = world.listener("virtualInbound", inbound)
    assert listener is not None
    found = {chain.proxy.tokens for chain in listener.chains if isinstance(chain.proxy, HttpProxy)}
    world.plans.release(inbound)
    (only,) = found
    return only


def test_tokens_of_the_mesh_the_namespace_and_the_workload_count_together(world: World) -> None:
    assert issuers(world) == ()
    world.put(
        tokens("mesh", written("a"), namespace="istio-system"),
        tokens("own", written("b")),
        tokens("web", written("c"), ", selector: {matchLabels: {app: web}}"),
        tokens("other", written("d"), ", selector: {matchLabels: {app: other}}"),
        tokens("elsewhere", written("e"), namespace="bank"),
    )
    assert [one.issuer for one in issuers(world)] == ["a", "b", "c"]
    world.delete("RequestAuthentication", "own")
    assert [one.issuer for one in issuers(world)] == ["a", "c"]


def test_fetched_keys_are_put_in_and_their_lack_is_told(world: World) -> None:
    world.put(tokens("own", f"{{issuer: me, jwksUri: '{URL}'}}"))
    wanted, key = world.plans.requests.wanted, ("shop", "own")
    assert dict(wanted.items()) == {(key, 0): URL}
    assert issuers(world)[0].keys == Keys()
    world.store.key_faults.put(URL, "it does not answer")
    world.settle()
    remarks = world.plans.requests.remarks
    (fault,) = remarks.get(key)  # type: ignore[misc,arg-type]
    assert fault.path == "spec.jwtRules[0].jwksUri"
    assert fault.message == "it does not answer; its tokens are refused until there are keys"
    world.store.keys.put(URL, JWKS)
    world.settle()
    assert issuers(world)[0].keys == Keys(text=JWKS)
    (fault,) = remarks.get(key)  # type: ignore[misc,arg-type]
    assert "the last good ones stay in force" in fault.message
    world.store.key_faults.delete(URL)
    world.settle()
    assert remarks.get(key) is None  # type: ignore[arg-type]


def test_keys_of_a_service_of_the_mesh_are_the_proxies_to_fetch(world: World) -> None:
    for host in ("idp", "idp.shop", "idp.shop.svc", "idp.shop.svc.cluster.local"):
        world.put(tokens("own", f"{{issuer: me, jwksUri: 'http://{host}:8080/keys'}}"))
        assert len(world.plans.requests.wanted.table) == 1, "nobody knows it yet"
        world.put(service("idp", [{"name": "http", "port": 8080}]))
        assert not world.plans.requests.wanted.table
        upstream = "outbound|8080||idp.shop.svc.cluster.local"
        assert issuers(world)[0].keys == Keys(url=f"http://{host}:8080/keys", upstream=upstream)
        world.delete("Service", "idp")


def test_what_proxies_cannot_check_is_not_theirs_to_fetch(world: World) -> None:
    world.put(service("idp", [{"name": "https", "port": 8443}]))
    world.put(tokens("own", "{issuer: me, jwksUri: 'https://idp.shop:8443/keys'}"))
    assert len(world.plans.requests.wanted.table) == 1
    world.put(tokens("own", "{issuer: 'http://idp.shop:8443'}"))
    assert list(world.plans.requests.wanted.table.values()) == [f"http://idp.shop:8443{DISCOVERY}"]


def test_one_policy_of_many_costs_the_workloads_it_is_for(world: World) -> None:
    world.put(pod("db-1", "10.244.0.3", {"app": "db"}))
    rule = written("me")
    world.put(*(tokens(f"p{n}", rule, f", selector: {{matchLabels: {{app: a{n}}}}}") for n in range(50)))
    world.put(tokens("web", rule, ", selector: {matchLabels: {app: web}}"))
    for name in ("web-1", "db-1"):
        workload = world.plans.workload_at("shop", name)
        assert workload is not None
        world.want(*world.plans.scopes_of(workload))
    world.put(tokens("web", rule.replace("me", "you"), ", selector: {matchLabels: {app: web}}"))
    ran = world.ran()
    assert len(ran["token policies"]) == 1
    touched = {key[0] for key in ran.get("token checking listeners", ())}
    assert touched == {scope for scope in touched if scope.kind == "inbound"} and len(touched) == 1


def test_a_gateways_requests_are_checked_too(world: World) -> None:
    world.put(tokens("own", written("me")))
    edge = Scope("gateway", "shop")
    world.want(edge)
    world.put(istio("Gateway", "g", "{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}"))  # fmt: skip
    listeners = [listener for (scope, _), listener in world.plans.listeners.items() if scope == edge]
    assert (
        any(chain.proxy.tokens for one in listeners for chain in one.chains if isinstance(chain.proxy, HttpProxy))
        or not listeners
    )
