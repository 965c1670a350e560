import pytest

FILTER = {"name": "x", "typed_config": {"@type": "type.googleapis.com/x"}}


@pytest.fixture
def patch_errors(errors):
    def judge(apply_to, operation="MERGE", value=FILTER):
        patch = {"operation": operation, **({"value": value} if value is not None else {})}
        found = errors("EnvoyFilter", configPatches=[{"applyTo": apply_to, "patch": patch}])
        return [path.removeprefix("spec.configPatches[0].") for path in found]

    return judge


@pytest.mark.parametrize(
    ("apply_to", "operation"),
    [
        ("LISTENER", "MERGE"),
        ("HTTP_FILTER", "INSERT_BEFORE"),
        ("NETWORK_FILTER", "REPLACE"),
        ("HTTP_ROUTE", "INSERT_FIRST"),
        ("CLUSTER", "ADD"),
        ("EXTENSION_CONFIG", "ADD"),
        ("BOOTSTRAP", "MERGE"),
        ("ROUTE_CONFIGURATION", "MERGE_AND_REPLACE_LIST"),
    ],
)
def test_operations_fit_what_they_change(patch_errors, apply_to, operation):
    assert patch_errors(apply_to, operation) == []


@pytest.mark.parametrize(
    ("apply_to", "operation"),
    [("CLUSTER", "INSERT_BEFORE"), ("CLUSTER", "REPLACE"), ("BOOTSTRAP", "ADD"), ("EXTENSION_CONFIG", "MERGE")],
)
def test_operations_that_do_not_fit_are_refused(patch_errors, apply_to, operation):
    assert patch_errors(apply_to, operation) == ["patch.operation"]


def test_what_and_how_are_required(errors, patch_errors):
    assert patch_errors("INVALID") == ["applyTo"]
    assert errors("EnvoyFilter", configPatches=[{"applyTo": "CLUSTER"}]) == ["spec.configPatches[0].patch.operation"]


def test_only_removal_needs_no_value(patch_errors):
    assert patch_errors("CLUSTER", "REMOVE", None) == []
    assert patch_errors("CLUSTER", "MERGE", None) == ["patch.value"]


def test_a_filter_has_a_type(patch_errors):
    assert patch_errors("HTTP_FILTER", "ADD", {"name": "x", "typed_config": {}}) == ["patch.value.typed_config"]
