"""Patches to Envoy's messages, against the corpus in ../shared/conformance/envoyfilter."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import envoyfilter

CORPORA = Path(__file__).parents[3] / "shared/conformance"
KNOWN: dict[str, str] = json.loads((Path(__file__).parent / "envoyfilter_known.json").read_text())

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPORA.exists(), reason=f"no corpora at {CORPORA}"),
]


def cases() -> list[Any]:
    """All cases; those known not to hold must still fail, or be taken off the list."""
    return [
        pytest.param(
            check, id=name, marks=[pytest.mark.xfail(reason=KNOWN[name], strict=True)] if name in KNOWN else []
        )
        for name, check in envoyfilter.cases(CORPORA)
    ]


@pytest.mark.parametrize("check", cases())
def test_patches_leave_what_upstream_says(check: Callable[[], None]) -> None:
    check()


def test_every_known_failure_is_a_case() -> None:
    assert KNOWN.keys() <= {name for name, _ in envoyfilter.cases(CORPORA)}
