from lateen.install.helm.sketch import Sketch, Switch, woven
from lateen.install.parts import MANAGED

SAID = {"namespace": "n", "revision": "r", "suffix": "-r", "is_default": True, "is_default_tag": False, "manager": "Helm",
        "release": "mine", "signer": "", "image": "i", "mesh": "m", "injection": "j"}  # fmt: skip


def test_what_is_said_counts() -> None:
    sketch = Sketch({}, "1", SAID)
    assert (sketch.namespace, sketch.istiod, sketch.is_default, sketch.takes_unnamed("t")) == (
        "n",
        "istiod-r",
        True,
        False,
    )
    assert (sketch.image("x"), sketch.mesh(), sketch.injection(), sketch.signer) == ("i", "m", "j", "")


def test_objects_are_helms_and_not_the_installers() -> None:
    labels = Sketch({}, "1", SAID).labels("Pilot", app="istiod")
    assert labels["app.kubernetes.io/managed-by"] == "Helm" and labels["app"] == "istiod" and MANAGED not in labels


def test_without_a_switch_its_value_is_empty() -> None:
    sketch = Sketch({"a": {"b": "x", "c": True, "d": ["y"]}}, "1", SAID)
    assert [sketch.without(("tree", "a", name)).tree["a"][name] for name in "bcd"] == ["", False, []]
    assert not sketch.without(("said", "is_default")).is_default and sketch.is_default


def test_parts_know_the_switch_that_they_are_of() -> None:
    sketch = Sketch({"scaled": True}, "1", SAID)
    node = woven(lambda made: [{"name": "a"}, *([{"name": "b"}] if made.tree["scaled"] else [])], sketch, [Switch("on", ("tree", "scaled"))])  # fmt: skip
    assert [one.conditions for one in node.value] == [(), ("on",)]
