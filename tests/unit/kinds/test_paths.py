import pytest

from lateen.kinds.paths import holds, join, parent, pattern


def test_plain_keys_follow_a_dot_and_others_stand_in_quotes():
    assert join("", "spec") == "spec"
    assert join("spec", "end-user") == "spec.end-user"
    assert join("metadata.labels", "a/b") == 'metadata.labels["a/b"]'
    assert join("spec.portLevelMtls", "8080") == 'spec.portLevelMtls["8080"]'


@pytest.mark.parametrize(
    ("path", "outer"),
    [("a.b", "a"), ("a", ""), ("", ""), ("a.b[0]", "a.b"), ('a["x.y"]', "a"), ("a[0].b", "a[0]")],
)
def test_the_parent_is_what_holds_a_field(path, outer):
    assert parent(path) == outer


def test_holding_is_by_steps_not_by_letters():
    assert holds("spec.a", "spec.a[0].b")
    assert holds("", "spec")
    assert holds("spec", "spec")
    assert not holds("spec.a", "spec.ab")


def test_a_pattern_leaves_positions_out():
    assert pattern("spec.http[0].route[12]") == "spec.http[].route[]"
