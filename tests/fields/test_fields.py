"""Each field of each kind does something: changing it changes what some proxy is sent.

A story is an object with many fields, in the mesh of `world.yaml`; every value of it is changed in turn. What no change
does anything for stands in docs/fields.md, with the reason from `reasons.yaml` where there is one. That page is written
by `pytest tests/fields --update-fields`, and compared otherwise.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_fields import changes, value_fields
from watched_mesh import WatchedMesh

from lateen.kinds.all import KINDS
from lateen.kinds.spec import KindSpec

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "fields.md"
STORIES = {path.stem: path for path in sorted((HERE / "stories").glob("*.yaml"))}
ISTIO = {kind.kind: kind for kind in KINDS if kind.group.endswith(".istio.io")}
Raw = dict[str, Any]


# Objects that a story's rule speaks of, and are themselves of its kind.
SETTINGS = ("inner",)


def documents(path: Path) -> list[Raw]:
    return [raw for raw in yaml.safe_load_all(path.read_text()) if raw]


def stories(kind: str) -> Iterator[tuple[Raw, list[Raw]]]:
    """Yield each object that is tried, with the others of its mesh."""
    world, own = documents(HERE / "world.yaml"), documents(STORIES[kind])
    settings = [raw for raw in own if raw["kind"] != kind or raw["metadata"]["name"] in SETTINGS]
    for raw in own:
        if raw not in settings:
            yield raw, world + settings


@cache
def effective(kind: str) -> dict[str, bool]:
    """Every field that some story has → whether a change of it does something."""
    fields, found = value_fields(ISTIO[kind]), {}
    for raw, others in stories(kind):
        mesh = WatchedMesh(others)
        assert mesh.put(raw), f"{kind} {raw['metadata']['name']} is not legal: {mesh.faults(raw)}"
        before = mesh.look()
        for change in changes(raw, fields):
            if not found.get(change.field):
                found[change.field] = mesh.put(change.raw) and mesh.look() != before
        mesh.put(raw)
        assert mesh.look() == before, "what was changed back is as it was"
    return found


def table(kind: KindSpec) -> str:
    """The chapter of a kind."""
    fields = value_fields(kind)
    tried = effective(kind.kind) if kind.kind in STORIES else {}
    reasons: dict[str, str] = (yaml.safe_load((HERE / "reasons.yaml").read_text()) or {}).get(kind.kind) or {}
    works = sum(map(bool, tried.values()))
    head = f"## {kind.kind}\n\n{works} of {len(fields)} fields change what some proxy is sent.\n"
    missing = [path for path in fields if not tried.get(path)]
    if not missing:
        return head
    rows = [f"| `{path}` | {reasons.get(path) or _why(path, tried)} |" for path in missing]
    return "\n".join([head, "| Field | Why not |", "|---|---|", *rows, ""])


def _why(path: str, tried: dict[str, bool]) -> str:
    return "does nothing yet" if path in tried else "not tried"


def page() -> str:
    """The whole page."""
    head = """# What each field does

Written by `pytest tests/fields --update-fields`: every value of the stories in `tests/fields/stories` is changed in turn,
and a field works when some change of it changes what some proxy of a small mesh is sent.
"""
    return "\n".join([head, *(table(kind) for kind in ISTIO.values())])


@pytest.mark.parametrize("kind", STORIES)
def test_the_stories_of_a_kind_are_legal_and_what_is_changed_back_is_as_it_was(kind: str) -> None:
    assert effective(kind)


def test_the_page_of_fields_says_what_is_true(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-fields"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page(), "`pytest tests/fields --update-fields` writes docs/fields.md"
