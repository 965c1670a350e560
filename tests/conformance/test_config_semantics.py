"""How host names compare and delegation merges, against the corpus in ../shared/conformance/config-semantics.

`config_semantics_known.json` lists what does not hold, each with its reason.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import config_semantics

CORPORA = Path(__file__).parents[3] / "shared/conformance"
KNOWN: dict[str, str] = json.loads((Path(__file__).parent / "config_semantics_known.json").read_text())

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
        for name, check in config_semantics.cases(CORPORA)
    ]


@pytest.mark.parametrize("check", cases())
def test_rules_compare_and_merge_as_upstream(check: Callable[[], None]) -> None:
    check()


def test_every_known_failure_is_a_case() -> None:
    assert KNOWN.keys() <= {name for name, _ in config_semantics.cases(CORPORA)}
