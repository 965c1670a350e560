"""The corpus `gateway-api-conformance`: the Gateway API's own suite, against real gateways and sidecars of a local mesh.

All cases play on one mesh, which the first of them starts; `finish` takes it down.
"""

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from gateway_case import play
from gateway_stage import Stage
from mesh import Mesh

from lateen.planner.gateway_api.features import FEATURES

CORPUS = "gateway-api-conformance"
LIVE = True
"""Real proxies and root are needed: `test_corpora.py` leaves it to tests/e2e/test_gateway_api_conformance.py."""

_stages: list[tuple[Stage, Path]] = []


def can_run() -> bool:
    """Say whether a mesh can be started here."""
    return os.geteuid() == 0 and shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin") is not None


def cases(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield each case: its id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS / "cases").glob("*.json")):
        case = json.loads(path.read_text())
        if applies(case):
            yield case["name"], partial(_check, folder / CORPUS, case)


def results(folder: Path, failing: Mapping[str, str]) -> dict[str, Any]:
    """Each case and why it does not hold, "" = it does: what `lateen gateway-api report` reads."""
    texts = [json.loads(path.read_text()) for path in sorted((folder / CORPUS / "cases").glob("*.json"))]
    played = [case for case in texts if applies(case)]
    source = re.search(r"gateway-api @ (\w+)", (folder / CORPUS / "README.md").read_text())
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "gatewayAPIVersion": f"main-{source[1][:12]}" if source else "unknown",
        "note": f"{len(played)} cases of the suite were played: a part of it",
        "cases": [
            {
                "name": case["name"],
                "features": case["features"],
                "provisional": case.get("provisional", False),
                "fault": failing.get(case["name"], ""),
            }
            for case in played
        ],
    }


def applies(case: dict[str, Any]) -> bool:
    """A few cases are for those that do not claim a feature; we claim it."""
    feature = {"TLSRouteListenerMixedTerminationNotSupported": "TLSRouteModeMixed", "TLSRouteListenerTerminateNotSupported": "TLSRouteModeTerminate"}  # fmt: skip
    return feature.get(case["name"], "") not in FEATURES


def _check(corpus: Path, case: dict[str, Any]) -> None:
    play(_stage(corpus), case)


def _stage(corpus: Path) -> Stage:
    if not _stages:
        folder = Path(tempfile.mkdtemp(prefix="lateen-conformance-"))
        mesh = Mesh(folder)
        _stages.append((Stage(mesh, corpus), folder))
        mesh.up()
        _stages[0][0].begin()
    return _stages[0][0]


def finish() -> None:
    """Take down what the cases played on."""
    while _stages:
        stage, folder = _stages.pop()
        try:
            stage.end()
        finally:
            stage.mesh.down()
            shutil.rmtree(folder, ignore_errors=True)
