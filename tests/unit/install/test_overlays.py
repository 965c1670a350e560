import pytest

from lateen.base.errors import Invalid
from lateen.install.overlays import overlaid, overlay_faults

RAW = {
    "kind": "Deployment",
    "metadata": {"name": "d", "labels": {"a.b/c": "x"}},
    "spec": {"containers": [{"name": "one", "args": ["a", "b"]}, {"name": "two"}]},
}


def patched(path, **patch):
    return overlaid(RAW, [{"kind": "Deployment", "name": "d", "patches": [{"path": path} | patch]}])


@pytest.mark.parametrize(
    ("path", "patch", "containers"),
    [
        ("spec.containers.[name:one].args.[0]", {"value": "c"}, [{"name": "one", "args": ["c", "b"]}, {"name": "two"}]),
        ("spec.containers.[name:one].args.[:b]", {}, [{"name": "one", "args": ["a"]}, {"name": "two"}]),
        ("spec.containers.[0].args.[-1]", {"value": "c"}, [{"name": "one", "args": ["a", "b", "c"]}, {"name": "two"}]),
        ("spec.containers.[name:two]", {}, [{"name": "one", "args": ["a", "b"]}]),
        ("spec.containers.[name:two].image", {"value": "a:\n  b: 1\n"}, [{"name": "one", "args": ["a", "b"]}, {"name": "two", "image": {"a": {"b": 1}}}]),
    ],
)  # fmt: skip
def test_a_path_names_what_is_set_or_removed(path, patch, containers):
    assert patched(path, **patch)["spec"]["containers"] == containers
    assert len(RAW["spec"]["containers"]) == 2 and RAW["spec"]["containers"][0]["args"] == ["a", "b"]


def test_a_dot_in_a_name_is_escaped_and_what_is_missing_is_made():
    assert patched("metadata.labels.a\\.b/c", value="y")["metadata"]["labels"] == {"a.b/c": "y"}
    assert patched("spec.strategy.type", value="Recreate")["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize(
    "path",
    [
        "spec.containers.[name:three].args",
        "spec.containers.x",
        "spec.containers.[9].args",
        "spec.gone",
        "spec.containers.[1].env.[0].name",
    ],
)
def test_a_place_that_is_not_there_is_told(path):
    with pytest.raises(Invalid, match="no such place"):
        patched(path)


def test_other_objects_stay():
    assert overlaid(RAW, [{"kind": "Service", "name": "d", "patches": [{"path": "spec"}]}]) is RAW


@pytest.mark.parametrize(
    "overlay", ["x", {"kind": "Deployment"}, {"kind": "Deployment", "name": "d", "patches": [{"value": 1}]}]
)
def test_what_is_no_overlay_is_told(overlay):
    assert list(overlay_faults([overlay], "overlays"))
