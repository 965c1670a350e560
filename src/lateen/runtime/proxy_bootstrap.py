"""Bootstraps as EnvoyFilters patch them (applyTo: BOOTSTRAP), asked for before a proxy starts.

A proxy that cannot start serves nobody: where the control plane does not answer, or Envoy refuses what the patches make
of the bootstrap, the proxy starts without them, and the log says so. A patch counts from a proxy's next start on.
https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ApplyTo
"""

import asyncio
import json
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from lateen.envoy.patches.bootstrap import patch_bootstrap
from lateen.plan.patch import Patch, Patches

Json = dict[str, Any]
_log = logging.getLogger(__name__)
_SECONDS = 10
_NOBODY = 65534


async def unpatched(node: Json) -> list[Json]:
    """Nobody patches bootstraps."""
    return []


async def patched(config: Json, ask: Callable[[Json], Awaitable[list[Json]]], envoy: Path) -> Json:
    """Return a bootstrap as the patches leave it that `ask` has for its node, if the binary `envoy` takes that."""
    patches = _read(await ask(config["node"]))
    if not patches:
        return config
    made = patch_bootstrap(config, patches)
    if refusal := await _refusal(made, envoy):
        _log.warning("%s starts without its bootstrap patches: Envoy refuses them: %s", config["node"]["id"], refusal)
        return config
    return made


def _read(told: Iterable[Json]) -> Patches:
    return tuple(
        Patch(target="BOOTSTRAP", operation=one["operation"], value=json.dumps(one["value"]).encode()) for one in told
    )


async def _refusal(config: Json, envoy: Path) -> str:
    """Say why Envoy refuses a bootstrap, "" where it takes it. Envoy runs a bootstrap's scripts while it judges them:
    it does so as nobody, who reads neither the mesh's keys nor our environment."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        rights: Json = {}
        if os.geteuid() == 0:
            os.fchown(file.fileno(), _NOBODY, _NOBODY)
            rights = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        words = (str(envoy), "--mode", "validate", "-c", file.name, "-l", "error")
        try:
            child = await asyncio.create_subprocess_exec(
                *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={}, cwd="/", **rights
            )
        except OSError as error:
            return f"it cannot be asked: {error}"
        try:
            said, _ = await asyncio.wait_for(child.communicate(), _SECONDS)
        except TimeoutError:
            child.kill()
            await child.wait()
            return f"it does not answer within {_SECONDS} s"
    return "" if child.returncode == 0 else said.decode(errors="replace").strip()[-1000:]
