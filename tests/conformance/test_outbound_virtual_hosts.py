"""Outbound route tables of sidecars against the corpus in ../shared/conformance/simulation."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from worlds import World

from lateen.planner.scope import Scope

CORPUS = Path(__file__).parents[3] / "shared/conformance/simulation/cases"
KINDS = {"Service", "ServiceEntry", "VirtualService", "DestinationRule", "EndpointSlice"}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus at {CORPUS}"),
]


def cases() -> list[Any]:
    """Cases of this type whose objects are of kinds the house knows."""
    found = [json.loads(path.read_text()) for path in sorted(CORPUS.glob("*.json"))]
    mine = [case for case in found if case["type"] == "outbound-virtual-hosts"]
    return [pytest.param(case, id=case["id"]) for case in mine if {raw["kind"] for raw in objects(case)} <= KINDS]


def objects(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [raw for raw in yaml.safe_load_all(case["config"]) if raw]


@pytest.mark.parametrize("case", cases())
def test_virtual_hosts_are_as_upstream_says(case: dict[str, Any]) -> None:
    client = Scope("sidecar", case["proxy"]["namespace"])
    world = World(client)
    world.put(*(named(raw) for raw in objects(case)))
    table = case["routeName"]
    for host, upstreams in case["expectedVirtualHosts"].items():
        name = host if ":" in host else f"{host}:{table}"
        if upstreams is None:
            assert world.host(table, name, client) is None
        else:
            assert world.targets(table, name, client) == upstreams


def named(raw: dict[str, Any]) -> dict[str, Any]:
    """Give ports that share a name in the corpus, and objects with names no API server takes, proper ones."""
    for index, port in enumerate(raw["spec"].get("ports", ()) if raw["kind"] == "Service" else ()):
        port["name"] = f"{port['name']}-{index}"
    raw["metadata"]["name"] = raw["metadata"]["name"].replace("*", "all")
    if "creationTimestamp" in raw["metadata"]:
        raw["metadata"]["creationTimestamp"] = str(raw["metadata"]["creationTimestamp"])
    return raw
