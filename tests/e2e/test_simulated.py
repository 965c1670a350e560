"""The simulator and a real Envoy agree on what becomes of a call, whatever the rules.

`CASES` keeps what they once disagreed on.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_meshes import (
    EDGE,
    EDGE_SERVICE,
    GATEWAY,
    SERVER,
    edge_calls,
    edges,
    inbound_calls,
    meshes,
    networking,
    outbound_calls,
    strict_meshes,
    world,
)
from twin import Seen, Twin, twin
from worlds import configured

from lateen.kinds.decode import check
from lateen.simulate.call import Call, Outcome
from lateen.simulate.endpoints import choices
from lateen.simulate.proxy import Proxy
from lateen.simulate.walk import simulate

pytestmark = pytest.mark.e2e
Raw = dict[str, Any]


class Envoy:
    """A twin that can be used from functions that are not asynchronous, as Hypothesis wants them."""

    def __init__(self, runner: asyncio.Runner, running: Twin) -> None:
        self._runner, self._twin = runner, running

    def answers(self, proxy: Proxy, calls: list[Call]) -> list[Seen]:
        async def run() -> list[Seen]:
            await self._twin.configure(proxy.resources())
            return [await self._twin.call(call) for call in calls]

        return self._runner.run(run())


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    with asyncio.Runner() as runner:
        opened = twin(tmp_path_factory.mktemp("twin"))
        running = runner.run(opened.__aenter__())
        try:
            yield Envoy(runner, running)
        finally:
            runner.run(opened.__aexit__(None, None, None))


def disagreements(proxy: Proxy, call: Call, said: Outcome, seen: Seen) -> dict[str, Any]:
    """What differs: (simulated, seen) by what it is."""
    if said.failure in ("TLS error", "mutual TLS error", "no filter chain", "no listener"):
        return _different({"answer": ((0, ""), (seen.status, seen.body))})
    pairs = {"chain": (said.chain, seen.log.get("chain") or "")}
    cluster = seen.log["cluster"]
    # What the simulator says of endpoints, it says of the first of several clusters.
    others = {name for name, weight in said.clusters[1:] if weight}
    if seen.log["flags"] == "NC" and any(proxy.cluster(name) is None for name in others):
        return {}
    other = cluster in others
    if not other:
        closed = bool(said.flags) and not said.status
        pairs["flags"] = (said.flags, seen.log["flags"] if seen.log["flags"] in ("NC", "UH", "FI") else "")
        status = seen.log["code"] if said.failure == "protocol error" else seen.status
        pairs |= {"status": (0 if closed else said.status or 200, status)} if call.protocol == "http" else {}
    if call.protocol == "http":
        pairs["route"] = (said.route, seen.log["route"] or "")
        pairs["location"] = (said.location, seen.headers.get("location", ""))
    if said.clusters and (other or not said.flags):
        pairs |= _upstream(proxy, call, said, seen)
    return _different(pairs)


def _different(pairs: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _upstream(proxy: Proxy, call: Call, said: Outcome, seen: Seen) -> dict[str, Any]:
    cluster, host = seen.log["cluster"], seen.log["host"]
    found = {f"{each.address}:{each.port}": each for each in choices(proxy, cluster, call)}
    pairs = {
        "cluster": (cluster in {name for name, weight in said.clusters if weight}, True),
        "endpoint": (host in found, True),
    }
    if said.path and host in found:
        pairs["tls"] = (found[host].tls, spoken(seen))
        pairs["path"] = (said.path, seen.headers.get("x-path"))
        pairs["host"] = (said.host, seen.headers.get("x-host"))
    return pairs


def spoken(seen: Seen) -> str:
    if seen.headers.get("x-tls", "-") == "-":
        return "plaintext"
    return "mutual" if seen.headers["x-peer"].startswith("spiffe://") else "tls"


def agree(envoy: Envoy, objects: list[Raw], calls: list[Call], **options: Any) -> None:
    for raw in objects:
        assert not [fault for fault in check(raw) if fault.severity == "error"], check(raw)
    proxy = configured(*objects, **options)
    for call, seen in zip(calls, envoy.answers(proxy, calls), strict=True):
        said = simulate(proxy, call)
        found = disagreements(proxy, call, said, seen)
        assert not found, f"{call}\n{found}\nsimulated: {said}\nseen: {seen}"


_PORT = {"number": 18080, "name": "http", "protocol": "HTTP"}
_SERVER = {"port": _PORT, "hosts": ["*"], "tls": {"httpsRedirect": True}}
_FRONT = networking("Gateway", "front", {"selector": {"istio": "edge"}, "servers": [_SERVER]})

CASES: dict[str, tuple[list[Raw], Call, dict[str, Any]]] = {
    "who is sent to HTTPS is sent to the path as it is understood": (
        [*world("ALLOW_ANY"), EDGE_SERVICE, _FRONT],
        Call(port=18080, mode="gateway", address=GATEWAY, host="reviews", path="/b/../a"),
        {"proxy": EDGE},
    ),
    "bytes that lead nowhere have no answer, not even 503": (
        world("REGISTRY_ONLY"),
        Call(port=8080, address="10.7.0.1", host="unknown"),
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_they_agree_on_what_they_once_did_not(envoy: Envoy, case: str) -> None:
    objects, call, options = CASES[case]
    agree(envoy, objects, [call], **options)


SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@given(objects=meshes(), calls=st.lists(outbound_calls(), min_size=3, max_size=8))
@settings(max_examples=40, **SETTINGS)
def test_calls_by_a_workload_go_where_the_simulator_says(envoy: Envoy, objects: list[Raw], calls: list[Call]) -> None:
    agree(envoy, objects, calls)


@given(objects=strict_meshes(), calls=st.lists(inbound_calls(), min_size=3, max_size=8))
@settings(max_examples=20, **SETTINGS)
def test_calls_to_a_workload_are_taken_as_the_simulator_says(
    envoy: Envoy, objects: list[Raw], calls: list[Call]
) -> None:
    agree(envoy, objects, calls, proxy=objects[SERVER])


@given(objects=edges(), calls=st.lists(edge_calls(), min_size=3, max_size=8))
@settings(max_examples=30, **SETTINGS)
def test_calls_through_a_gateway_go_where_the_simulator_says(
    envoy: Envoy, objects: list[Raw], calls: list[Call]
) -> None:
    agree(envoy, objects, calls, proxy=EDGE)
