"""How readiness is told; the flow runs on a mesh in tests/e2e/test_mtls_commands.py."""

from collections.abc import Callable

import pytest
from click.testing import Result

from lateen.cli.mtls import _print

OBSTACLE = {"who": "pod a/b", "why": "has no proxy", "fix": "inject it", "breaks": True}
REPORT = {
    "namespace": "a",
    "ready": False,
    "whole_mesh": False,
    "mode": "PERMISSIVE",
    "policy": "",
    "enforced": 2,
    "obstacles": [OBSTACLE],
}


def test_what_would_break_stands_apart_from_what_stays_unprotected(capsys: pytest.CaptureFixture[str]) -> None:
    _print({**REPORT, "obstacles": [OBSTACLE, {**OBSTACLE, "who": "pod a/c", "breaks": False}]})
    assert capsys.readouterr().out.splitlines() == [
        "namespace a is PERMISSIVE; 2 workloads with a proxy would be STRICT",
        "Would break:",
        "  ✘ pod a/b has no proxy",
        "    fix: inject it",
        "Would stay unprotected:",
        "  ✘ pod a/c has no proxy",
        "    fix: inject it",
    ]


def test_ready_is_what_breaks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    ready = {
        **REPORT,
        "ready": True,
        "whole_mesh": True,
        "policy": "istio-system/default",
        "obstacles": [{**OBSTACLE, "breaks": False}],
    }
    _print(ready)
    said = capsys.readouterr().out
    assert said.startswith("the mesh is PERMISSIVE (PeerAuthentication istio-system/default)") and "✔ Ready" in said


@pytest.mark.parametrize("words", [("plan",), ("strict", "-n", "a", "--mesh")])
def test_one_place_must_be_named(words: tuple[str, ...], lateen: Callable[..., Result]) -> None:
    assert "say which: -n NAMESPACE or --mesh" in lateen("mtls", *words).output
