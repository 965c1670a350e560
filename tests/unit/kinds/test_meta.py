import pytest

from lateen.kinds.meta import ObjectMeta, validate_meta


def paths(namespaced=True, **fields):
    return [fault.path for fault in validate_meta(ObjectMeta(**fields), namespaced)]


def test_a_name_is_required_unless_it_is_to_be_generated():
    assert paths() == ["metadata.name"]
    assert paths(generate_name="x-") == []


@pytest.mark.parametrize("name", ["Upper", "a_b", "-a", "a" * 254])
def test_what_is_no_name_is_refused(name):
    assert paths(name=name) == ["metadata.name"]


def test_a_cluster_scoped_object_has_no_namespace():
    assert paths(namespaced=False, name="x", namespace="default") == ["metadata.namespace"]
    assert paths(name="x", namespace="a.b") == ["metadata.namespace"]


def test_labels_are_checked():
    assert paths(name="x", labels={"a b": "c"}) == ['metadata.labels["a b"]']
