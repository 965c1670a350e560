"""Tables are as wide as their widest cell, columns three spaces apart, without spaces at the end."""

import pytest

from lateen.cli.tables import print_table


def test_columns_are_three_spaces_apart(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME", "AGE"), [("reviews", 7), ("a", "10d")])
    assert capsys.readouterr().out == "NAME      AGE\nreviews   7\na         10d\n"


def test_an_empty_last_cell_leaves_no_spaces(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME", "RULE"), [("reviews", "")])
    assert capsys.readouterr().out == "NAME      RULE\nreviews\n"


def test_without_rows_there_is_the_header(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME", "AGE"), [])
    assert capsys.readouterr().out == "NAME   AGE\n"


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        print_table(("NAME", "AGE"), [("reviews", 1, 2)])
