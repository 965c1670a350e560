"""The tests mirror the house: every source file has its test file, and no test file outlives its source."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lateen"
UNIT = ROOT / "tests" / "unit"

# Files without logic of their own, or which only e2e tests can run: each with the reason.
EXEMPT = {
    "__main__.py": "one line",
}


def _sources() -> list[Path]:
    return [path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")) if path.name != "__init__.py"]


def _declares_only(path: Path) -> bool:
    """A file of declarations (models, specs) has no function with a body worth a test of its own."""
    return "def " not in (SOURCE / path).read_text()


@pytest.mark.parametrize("path", _sources(), ids=str)
def test_source_file_has_its_test(path: Path) -> None:
    if str(path) in EXEMPT or _declares_only(path):
        return
    places = [
        UNIT / path.parent / f"test_{path.stem.lstrip('_')}.py",
        ROOT / "tests" / "e2e" / path.parent / f"test_{path.stem}.py",
    ]
    assert any(place.exists() for place in places), f"write {places[0].relative_to(ROOT)}"


def test_unit_tests_have_their_source() -> None:
    orphans = [
        test.relative_to(ROOT)
        for test in sorted(UNIT.rglob("test_*.py"))
        if not any(
            (SOURCE / test.parent.relative_to(UNIT) / f"{prefix}{test.stem.removeprefix('test_')}.py").exists()
            for prefix in ("", "_")
        )
        and not (SOURCE / test.parent.relative_to(UNIT) / test.stem.removeprefix("test_")).is_dir()
    ]
    assert orphans == []
