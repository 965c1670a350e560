from typing import Any

from lateen.install.helm.marks import Marks
from lateen.install.helm.template import Template, ranged
from lateen.install.helm.weave import Variant, weave


def written(objects: list[Any], marks: Marks | None = None, *variants: Variant, walked: str = "") -> str:
    return Template(marks or Marks(), frozenset({walked})).written(weave(objects, variants))


def test_objects_are_documents_and_text_is_quoted_where_yaml_needs_it() -> None:
    raw = {
        "kind": "A",
        "on": "true",
        "n": 1,
        "empty": {},
        "none": [],
        "words": ["get", "*"],
        "deep": {"a.b/c": [{"x": "y"}]},
    }
    assert written([raw]) == (
        '---\nkind: A\n"on": "true"\n"n": 1\nempty: {}\nnone: []\nwords: [get, "*"]\ndeep:\n  a.b/c:\n  - x: "y"\n'
    )


def test_a_mark_alone_is_a_value_of_any_type_and_within_a_text_a_part_of_it() -> None:
    marks = Marks()
    raw = {"all": marks.value("$a"), "part": f"x-{marks.value('$b')}", "text": marks.block("$c")}
    assert written([raw], marks) == (
        '---\nall: {{ $a | toJson }}\npart: "x-{{ $b }}"\ntext: |-\n  {{- $c | nindent 2 }}\n'
    )


def test_lists_and_maps_are_walked_where_their_mark_stands() -> None:
    marks = Marks()
    entries = marks.entries("$env")
    ((key, value),) = entries.items()
    raw = {"labels": {"a": "b"} | entries, "env": [{"name": key, "value": value}], "names": marks.each("$names")}
    assert written([raw], marks) == (
        "---\nlabels:\n  a: b\n{{- range $key, $value := $env }}\n  {{ $key | toJson }}: {{ $value | toJson }}\n{{- end }}\n"
        "env:\n{{- range $key, $value := $env }}\n- name: {{ $key | toJson }}\n  value: {{ $value | toJson }}\n{{- end }}\n"
        "names:\n{{- range $key, $value := $names }}\n- {{ $value | toJson }}\n{{- end }}\n"
    )
    assert "range" not in written([{"name": marks.each("$tags")[0]}], marks, walked="$tags")
    assert list(ranged(["x"], "$tags")) == ["{{- range $key, $value := $tags }}", "x", "{{- end }}"]


def test_conditions_stand_around_what_they_are_of() -> None:
    base = [{"kind": "A", "metadata": {"name": "a"}, "b": 1, "c": [{"name": "x", "only": 1}]}]
    off = [{"kind": "A", "metadata": {"name": "a"}, "c": [{"name": "x"}]}]
    assert written(base, None, Variant("$b", off)) == (
        "---\nkind: A\nmetadata:\n  name: a\n{{- if $b }}\nb: 1\n{{- end }}\n"
        "c:\n- name: x\n{{- if $b }}\n  only: 1\n{{- end }}\n"
    )
    assert written(base, None, Variant("$b", [])).startswith("{{- if $b }}\n---\nkind: A")
    assert "{{- if and ($b) ($c) }}" in written(base, None, Variant("$b", []), Variant("$c", []))
    other = [base[0] | {"b": 2}]
    assert "b: {{ if $b }}1{{ else }}2{{ end }}" in written(base, None, Variant("$b", other))
