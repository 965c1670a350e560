"""Patched bootstraps, judged by the installed Envoy; in pods in tests/e2e/test_envoy_filters.py."""

import logging
import tempfile
from pathlib import Path
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


async def test_a_script_that_runs_while_it_is_judged_is_not_roots() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        ran = Path(folder) / "ran"
        code = f'local f = io.open("{ran}", "w"); f:write(io.popen("id -u; pwd"):read("*a")); f:close()'
        await after({"operation": "MERGE", "value": {"static_resources": {"listeners": [scripted(code)]}}})
        who, where = ran.read_text().split()
    assert who != "0", "whoever may write an EnvoyFilter would own the machine"
    assert where == "/"


def scripted(code: str) -> dict[str, Any]:
    def typed(name: str, message: str, **fields: Any) -> dict[str, Any]:
        return {"name": name, "typed_config": {"@type": f"type.googleapis.com/envoy.extensions.{message}", **fields}}

    script = typed("lua", "filters.http.lua.v3.Lua", default_source_code={"inline_string": code})
    filters = [script, typed("router", "filters.http.router.v3.Router")]
    manager = "filters.network.http_connection_manager.v3.HttpConnectionManager"
    http = typed("http", manager, stat_prefix="x", route_config={}, http_filters=filters)
    address = {"socket_address": {"address": "127.0.0.1", "port_value": 39999}}
    return {"name": "scripted", "address": address, "filter_chains": [{"filters": [http]}]}
