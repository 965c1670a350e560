"""The corpus `analyze`: one analyzer over a few objects finds the same codes in the same objects."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from lateen.analysis.analyzers import ANALYZERS
from lateen.analysis.resource import Resource
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.documents import load

CORPUS = "analyze"
Check = Callable[[], None]
_NAMED = {analyzer.name: analyzer for analyzer in ANALYZERS}


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for case in json.loads((root / "cases.json").read_text()):
        yield f"{case['id']} {case['name']}", partial(_check, root, case)


def _check(root: Path, case: dict[str, Any]) -> None:
    assert case["analyzer"] in _NAMED, f"there is no analyzer {case['analyzer']} yet"
    files = [root / "default-resources.yaml", *(root / name for name in case["inputs"])]
    objects = [Resource.read(document) for path in files for document in load(path.read_text(), str(path))]
    mesh = yaml.safe_load((root / case["meshConfigFile"]).read_text()) if "meshConfigFile" in case else {}
    found = Counter(
        (each.code, str(each.resource)) for each in _NAMED[case["analyzer"]].analyze(Snapshot(objects, mesh))
    )
    wanted = Counter((each["code"], each["resource"]) for each in case["expected"])
    assert found == wanted, f"missing {dict(wanted - found)}, beyond {dict(found - wanted)}"
