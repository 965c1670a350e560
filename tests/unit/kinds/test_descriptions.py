from lateen.kinds.descriptions import description, kind_description
from lateen.kinds.model import Model
from lateen.kinds.networking.virtual_service import VirtualService


class Told(Model, frozen=True, kw_only=True):
    """A struct: `old_name` is told of
    on two lines.

    new_name: what `old_name` was,
        written on two lines.
    other: not a field, so it belongs to the line before.
    old_name: gone.
    """

    new_name: str = ""
    old_name: str = ""
    silent: str = ""


class Silent(Model, frozen=True, kw_only=True):
    name: str = ""


def test_a_docstring_tells_of_its_struct_with_names_as_users_write_them() -> None:
    assert description(Told).text == "A struct: `oldName` is told of on two lines."


def test_a_line_of_a_field_describes_it_until_the_next_field() -> None:
    assert description(Told).fields == {
        "newName": "what `oldName` was, written on two lines. other: not a field, so it belongs to the line before.",
        "oldName": "gone.",
    }


def test_without_a_docstring_nothing_is_said() -> None:
    assert description(Silent) == ("", {})


def test_a_kind_is_described_by_its_module() -> None:
    assert kind_description(VirtualService) == "How requests to hosts are routed."
