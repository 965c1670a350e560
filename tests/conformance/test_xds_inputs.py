"""Objects of upstream's own push tests, in ../shared/conformance/xds-inputs: accepted, and views are whole."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import xds_inputs

CORPORA = Path(__file__).parents[3] / "shared/conformance"
KNOWN: dict[str, str] = json.loads((Path(__file__).parent / "xds_inputs_known.json").read_text())

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
        for name, check in xds_inputs.cases(CORPORA)
    ]


@pytest.mark.parametrize("check", cases())
def test_objects_are_accepted_and_views_are_whole(check: Callable[[], None]) -> None:
    check()


def test_templates_are_filled() -> None:
    said = "{{- range $i := until .Services }}\n- {{$i}}: 10.0.{{div $i 255}}.{{mod $i 255 }}\n{{- end }}\nend\n"
    assert xds_inputs.fill(said) == "\n- 0: 10.0.0.0\n- 1: 10.0.0.1\n- 2: 10.0.0.2\nend\n"
