"""Files stay small enough to be read at one sitting."""

from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "lateen"
LONGEST = 300

# Longer files, each with the reason why it is one thing.
LONGER: dict[str, str] = {"analysis/messages.py": "one table: every code with its level and its text"}


def test_a_long_file_has_its_reason_and_a_reason_its_long_file() -> None:
    lengths = {
        str(path.relative_to(SOURCE)): len(path.read_text().splitlines()) for path in sorted(SOURCE.rglob("*.py"))
    }
    assert {path for path, length in lengths.items() if length > LONGEST} == set(LONGER)
