"""Errors say what, where, and how to mend it."""

import pytest

from lateen.base.errors import Fault, Invalid, LateenError


def test_an_error_carries_its_remedy_apart_from_its_words() -> None:
    error = LateenError("no mesh is running", "start one")
    assert (str(error), error.fix) == ("no mesh is running", "start one")
    assert LateenError("x").fix == ""


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("", "is empty"), "is empty"),
        (Fault("spec.hosts", "is required"), "spec.hosts: is required"),
        (Fault("spec.htp", "no such field", "did you mean http?"), "spec.htp: no such field (did you mean http?)"),
        (Fault("spec.hosts", "is required", file="a.yaml", line=3), "a.yaml:3: spec.hosts: is required"),
    ],
)
def test_a_fault_is_one_line_with_place_field_and_remedy(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_a_refusal_lists_every_fault() -> None:
    error = Invalid("Gateway shop/web", [Fault("a", "bad"), Fault("b", "worse")])
    assert str(error) == "Gateway shop/web is invalid:\n  a: bad\n  b: worse"
    assert [fault.path for fault in error.faults] == ["a", "b"]
    assert isinstance(error, LateenError)
