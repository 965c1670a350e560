import pytest
from apiservers import POD, VIRTUAL_SERVICE, pod, virtual_service

from lateen.apiserver.status import Refusal
from lateen.apiserver.validation import validate


def test_what_is_right_passes() -> None:
    assert validate(POD, pod("a")) == [] and validate(VIRTUAL_SERVICE, virtual_service("v"), "Strict") == []


def test_every_fault_is_told_in_one_422() -> None:
    raw = virtual_service("v")
    raw["spec"]["http"][0]["route"][0]["weight"] = "much"
    raw["spec"]["hosts"] = "web"
    with pytest.raises(Refusal) as refused:
        validate(VIRTUAL_SERVICE, raw)
    assert refused.value.code == 422
    fields = {cause["field"] for cause in refused.value.details["causes"]}
    assert {"spec.http[0].route[0].weight", "spec.hosts"} <= fields


def test_an_unknown_field_is_a_400_when_strict_and_a_warning_when_asked() -> None:
    raw = pod("a")
    raw["spec"]["containers"][0]["imag"] = "x"
    with pytest.raises(Refusal) as refused:
        validate(POD, raw, "Strict")
    assert refused.value.code == 400 and 'unknown field "spec.containers[0].imag"' in str(refused.value)
    assert "imag" in validate(POD, raw, "Warn")[0] and validate(POD, raw, "Ignore") == []
