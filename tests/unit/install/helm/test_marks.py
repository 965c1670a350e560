from lateen.install.helm.marks import Mark, Marks


def test_a_mark_is_found_alone_and_within_a_text() -> None:
    marks = Marks()
    name = marks.value(".Values.name")
    assert marks.whole(name) == Mark(".Values.name") and marks.whole(f"x-{name}") is None and marks.whole("x") is None
    assert marks.filled(f"x-{name}-{marks.value('$y')}") == "x-{{ .Values.name }}-{{ $y }}"
    assert marks.within(f"{name}{name}") == [Mark(".Values.name")] * 2


def test_lists_and_maps_are_walked() -> None:
    marks = Marks()
    (item,), ((key, value),) = marks.each("$list", "$value.name"), marks.entries("$map").items()
    assert marks.whole(item) == Mark("$value.name", over="$list")
    assert (marks.whole(key), marks.whole(value)) == (Mark("$key", over="$map"), Mark("$value", over="$map"))
    assert marks.whole(marks.block("$text")) == Mark("$text", block=True)
