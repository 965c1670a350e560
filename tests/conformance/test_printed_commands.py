"""Every kubectl command that the documents print is run, or named as belonging to a later row."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT.parent / "shared" / "mission" / "seeds"
COMMANDS = yaml.safe_load((ROOT / "tests/e2e/printed_commands.yaml").read_text())
FILES = {"A": "000_2f6c3c405d0b6a24.txt", "B": "001_8bb46a9f839186c4.txt", "C": "002_63071168960c5c97.txt"}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not DOCUMENTS.exists(), reason="../shared/mission is not there: nothing to compare with"),
]


@pytest.mark.parametrize("document", FILES)
def test_every_printed_command_is_listed_in_its_order(document: str) -> None:
    text = (DOCUMENTS / FILES[document]).read_text()
    printed = [found.strip().rstrip("\\").strip() for found in re.findall(r"(?<![\w`])kubectl [^`|\n]*", text)]
    assert [command["printed"] for command in COMMANDS[document]] == printed


def test_what_is_not_run_names_its_row() -> None:
    for command in (each for listed in COMMANDS.values() for each in listed):
        assert ("run" in command) != ("later" in command)
        assert "run" in command or re.match(r"row \d+", command["later"])
