from lateen.app.whole_names import whole_names
from lateen.proto.name_table import NAME, TABLE, NameInfo, decode_table
from lateen.proto.resource import Resource, resource
from lateen.xds.view import View

ONE, TWO = NameInfo(("10.0.0.1",)), NameInfo(("10.0.0.2",))


def name(host: str, info: NameInfo) -> Resource:
    return resource(NAME, host, info.encode())


def table(whole: View) -> dict[str, NameInfo]:
    found = whole.get("")
    assert found is not None
    return dict(decode_table(found.value()))


def test_all_names_are_one_table_that_follows_them() -> None:
    names = View()
    names.commit({"a.x": name("a.x", ONE)})
    whole, end = whole_names(names)
    assert table(whole) == {"a.x": ONE}
    names.commit({"a.x": None, "b.x": name("b.x", TWO)})
    assert table(whole) == {"b.x": TWO}
    end()
    assert not names.watchers


def test_a_table_without_names_is_there_and_empty() -> None:
    whole, _ = whole_names(View())
    assert table(whole) == {}
    assert TABLE.endswith("nds.v1.NameTable")
