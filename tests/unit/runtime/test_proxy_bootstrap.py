"""Patched bootstraps, judged by the installed Envoy; in pods in tests/e2e/test_envoy_filters.py."""

import logging
from typing import Any

import pytest

from lateen.node.bootstrap import bootstrap
from lateen.node.proxy_facts import ControlPlane, ProxyFacts
from lateen.proto.descriptors import envoy_binary
from lateen.runtime.proxy_bootstrap import patched, unpatched

FACTS = ProxyFacts(pod="a", namespace="b", ip="127.0.0.1", sds_socket="/tmp/none", control_plane=ControlPlane())
CONFIG = bootstrap(FACTS)


async def after(*patches: dict[str, Any]) -> dict[str, Any]:
    async def ask(node: dict[str, Any]) -> list[dict[str, Any]]:
        assert node == CONFIG["node"]
        return list(patches)

    return await patched(CONFIG, ask, envoy_binary())


async def test_what_nobody_patches_stays_as_it_is() -> None:
    assert await patched(CONFIG, unpatched, envoy_binary()) is CONFIG


async def test_a_patch_that_envoy_takes_is_in_the_bootstrap() -> None:
    made = await after({"operation": "MERGE", "value": {"header_prefix": "x-mesh"}})
    assert made["header_prefix"] == "x-mesh"
    assert made["node"]["id"] == CONFIG["node"]["id"]


async def test_what_envoy_refuses_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = await after({"operation": "MERGE", "value": {"admin": {"access_log": [{"name": "none.such"}]}}})
    assert made is CONFIG
    assert "starts without its bootstrap patches" in caplog.text and "none.such" in caplog.text
