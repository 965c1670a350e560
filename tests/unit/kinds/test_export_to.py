import pytest

from lateen.kinds.export_to import export_faults, export_list_faults


def paths(values, **kwargs):
    return [fault.path for fault in export_faults(values, "own", **kwargs)]


@pytest.mark.parametrize("values", [[], ["*"], ["."], [".", "other"], ["a", "b"]])
def test_namespaces_are_accepted(values):
    assert paths(values) == []


@pytest.mark.parametrize("values", [[".", "*"], ["*", "a"]])
def test_everyone_stands_alone(values):
    assert "spec.exportTo" in paths(values)


def test_nobody_is_for_service_entries_only_and_alone():
    assert paths(["~"], none_allowed=True) == []
    assert paths(["~"]) == ["spec.exportTo[0]"]
    assert "spec.exportTo" in paths(["~", "a"], none_allowed=True)


def test_a_namespace_named_twice_is_refused():
    assert paths(["a", "a"]) == ["spec.exportTo[1]"]
    assert paths([".", "own"]) == ["spec.exportTo[1]"]


def test_what_is_no_namespace_is_refused():
    assert paths(["ns_1"]) == ["spec.exportTo[0]"]


def test_other_fields_hold_the_same_kind_of_list():
    assert [fault.path for fault in export_list_faults("field", ["Ä"])] == ["field[0]"]
