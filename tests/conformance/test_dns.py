"""Queries answered out of a name table, against the corpus in ../shared/conformance/dns."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import dns_names

CORPORA = Path(__file__).parents[3] / "shared/conformance"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPORA.exists(), reason=f"no corpora at {CORPORA}"),
]


def cases() -> list[Any]:
    return [pytest.param(check, id=name) for name, check in dns_names.cases(CORPORA)]


@pytest.mark.parametrize("check", cases())
def test_a_query_is_answered_as_upstream_says(check: Callable[[], None]) -> None:
    check()
