import pytest

from lateen.base.errors import Invalid
from lateen.kinds.documents import load


def faults_of(text):
    with pytest.raises(Invalid) as caught:
        load(text, "x.yaml")
    return caught.value.faults


def test_documents_keep_the_line_of_every_field():
    text = """\
# first
kind: A
spec:
  http:
  - route:
    - destination: {host: x}
---
kind: B
"""
    first, second = load(text, "x.yaml")
    assert first.raw == {"kind": "A", "spec": {"http": [{"route": [{"destination": {"host": "x"}}]}]}}
    assert first.line == 2
    assert first.lines["spec.http[0].route"] == 5
    assert first.lines["spec.http[0].route[0].destination.host"] == 6
    assert (second.line, second.file) == (8, "x.yaml")


def test_empty_documents_are_left_out():
    assert load("---\n---\n# nothing\n---\n") == []


def test_json_is_read_too():
    assert load('{"kind": "A", "items": [1, 2]}')[0].raw == {"kind": "A", "items": [1, 2]}


def test_lists_are_flattened_with_their_lines():
    text = "kind: List\napiVersion: v1\nitems:\n- kind: A\n  spec: {x: 1}\n- kind: B\n"
    first, second = load(text)
    assert (first.raw, first.line, first.lines["spec.x"]) == ({"kind": "A", "spec": {"x": 1}}, 4, 5)
    assert (second.raw, second.line) == ({"kind": "B"}, 6)


def test_a_typed_list_names_the_kind_of_its_members():
    (document,) = load("{kind: PodList, apiVersion: v1, items: [{metadata: {name: x}}]}")
    assert document.raw == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"), ("2026-01-01", "2026-01-01"), ("0644", 420), ("1_000", "1_000"), ("08", "08"),
        ("0x1F", 31), ("1.5", 1.5), ("1e3", 1000.0), ("yes", True), ("off", False), ("~", None), ("", None),
        ("null", None), ("'5'", "5"), ("=", "="), ("-", [None]), ("1.2.3.4", "1.2.3.4"), ("12e", "12e"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_kubectl_reads_them(text, value):
    assert load(f"key: {text}" if text != "-" else "key:\n-")[0].raw["key"] == value


def test_keys_are_always_text():
    assert load("ports: {8080: {mode: STRICT}, true: x}")[0].raw == {"ports": {"8080": {"mode": "STRICT"}, "true": "x"}}


def test_anchors_and_merges_are_resolved_and_own_keys_win():
    text = "base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\n"
    assert load(text)[0].raw["use"] == {"a": 1, "b": 3}


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    (fault,) = faults_of("kind: A\nspec:\n  x: 1\n  x: 2\n")
    assert str(fault) == 'x.yaml:4: spec.x: "x" stands here twice: first on line 3'


def test_a_tab_is_refused_with_its_line_and_the_cure():
    (fault,) = faults_of("kind: A\nspec:\n\tx: 1\n")
    assert (fault.line, fault.fix) == (3, "indent with spaces, not tabs")


@pytest.mark.parametrize("text", ["kind: [", "a: b: c", "kind: A\n  x: 1", "*nowhere", "a: \x00"])
def test_broken_yaml_is_refused_with_file_and_line(text):
    (fault,) = faults_of(text)
    assert fault.file == "x.yaml"
    assert fault.line >= 1


def test_a_document_that_is_no_map_is_refused():
    assert "must be an object" in faults_of("- 1\n- 2\n")[0].message
    assert "must be an object" in faults_of("kind: List\nitems: [1]")[0].message


def test_faults_of_all_documents_are_told_at_once():
    assert [fault.line for fault in faults_of("a: 1\na: 2\n---\nb: 1\nb: 2\n")] == [2, 5]


def test_foreign_tags_run_nothing():
    assert load("x: !!python/object/apply:os.system ['true']")[0].raw == {"x": ["true"]}
