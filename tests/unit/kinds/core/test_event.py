from lateen.kinds.all import by_kind


def test_an_event_names_its_object():
    column = by_kind("Event").columns[3]
    assert column.text({"involvedObject": {"kind": "Pod", "name": "x"}}) == "pod/x"
    assert column.text({}) == "/"
