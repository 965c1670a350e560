"""Every corpus holds, but for the cases that its `<module>_known.json` lists, each with a reason."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from corpora import CORPORA, DEFAULT, known, live

TESTED = [module for module in CORPORA if not live(module)]

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not DEFAULT.exists(), reason=f"{DEFAULT} is not here: no corpus is tested"),
]


def cases() -> list[Any]:
    """All cases of all corpora; those known not to hold must still fail, or be taken off the list."""
    if not DEFAULT.exists():
        return []
    return [each for module in TESTED for each in _cases(module)]


def _cases(module: ModuleType) -> list[Any]:
    listed = known(module)
    return [
        pytest.param(
            check,
            id=f"{module.CORPUS}:{name}",
            marks=[pytest.mark.xfail(reason=listed[name], strict=True)] if name in listed else [],
        )
        for name, check in module.cases(DEFAULT)
    ]


@pytest.mark.parametrize("check", cases())
def test_a_case_holds(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("module", TESTED, ids=lambda module: module.CORPUS)
def test_every_known_failure_is_a_case(module: ModuleType) -> None:
    assert known(module).keys() <= {name for name, _ in module.cases(DEFAULT)}
