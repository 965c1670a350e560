from lateen.base.refs import Key, Origin
from lateen.kinds.decode import decode
from lateen.kinds.object import line_of

RAW = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": "shop",
        "labels": {"istio-injection": "enabled"},
        "annotations": {"note": "x"},
        "creationTimestamp": "2026-01-01T00:00:00Z",
    },
}
LINES = {"": 1, "metadata": 3, "metadata.labels": 5}


def test_an_object_gives_its_metadata():
    found = decode(RAW)
    assert (found.kind, found.namespace, found.name, found.key) == ("Namespace", "", "shop", Key("", "shop"))
    assert found.labels == {"istio-injection": "enabled"}
    assert found.annotations == {"note": "x"}
    assert found.created == "2026-01-01T00:00:00Z"
    assert found.meta is found.model.metadata


def test_an_origin_points_at_file_and_line():
    found = decode(RAW, file="ns.yaml", lines=LINES)
    assert found.origin == Origin("Namespace", "", "shop", "", "ns.yaml", 1)
    assert found.origin_at("metadata.labels") == Origin("Namespace", "", "shop", "metadata.labels", "ns.yaml", 5)


def test_an_object_prints_its_name_and_nothing_of_its_content():
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": "hidden"}}
    assert repr(decode(secret)) == "<Secret x>"


def test_equal_objects_are_equal():
    assert decode(RAW) == decode(dict(RAW))


def test_a_line_that_is_not_known_is_that_of_what_holds_the_field():
    assert line_of(LINES, 'metadata.labels["a/b"]') == 5
    assert line_of(LINES, "spec.http[0]") == 1
    assert line_of({}, "spec") == 0
