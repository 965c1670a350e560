"""What changing each field of each kind does."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-fields", action="store_true", help="write docs/fields.md")
