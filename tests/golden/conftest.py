"""Stories: the folder is the test, `input.yaml` goes in, and what each stage of the house makes of it is recorded.

`pytest tests/golden --update-golden` records anew, and sweeps what no stage makes any more.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

HERE = Path(__file__).parent
# One test file per stage records `<stage>.yaml` in every story.
STAGES = ("plan", "patches", "manifest-default", "manifest-demo", "manifest-canary")

Record = Callable[[Path, str, Any], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="record what stages make, and sweep orphans")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "story" in metafunc.fixturenames:
        stories = sorted(path.parent for path in HERE.glob("*/input.yaml"))
        metafunc.parametrize("story", stories, ids=[story.name for story in stories])


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Compare what a stage made of a story with what is recorded, or record it."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(story: Path, stage: str, made: Any) -> None:
        assert stage in STAGES
        path = story / f"{stage}.yaml"
        text = yaml.safe_dump(made, sort_keys=False, default_flow_style=None, width=160)
        if update:
            path.write_text(text)
        assert path.exists(), f"nothing recorded: pytest tests/golden --update-golden writes {path}"
        assert text == path.read_text()

    return compare


def orphans() -> list[Path]:
    """Files and folders of stories that no stage makes."""
    known = {"input.yaml", *(f"{stage}.yaml" for stage in STAGES)}
    folders = [path for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))]
    found = [path for path in folders if not (path / "input.yaml").exists()]
    return found + [
        path for folder in folders if folder not in found for path in folder.iterdir() if path.name not in known
    ]


@pytest.fixture
def swept(request: pytest.FixtureRequest) -> list[Path]:
    """Orphans that are left, after sweeping where golden files are recorded anew."""
    if request.config.getoption("--update-golden", default=False):
        for path in orphans():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return orphans()
