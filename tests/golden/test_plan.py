"""From objects to plans, as recorded: all scopes of all proxies in the story."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from worlds import World

from lateen.base.refs import Origin
from lateen.kinds.documents import load


def test_plans_are_as_recorded(story: Path, record: Callable[[Path, str, Any], None]) -> None:
    world = World()
    for document in load((story / "input.yaml").read_text(), "input.yaml"):
        world.store.put(document.raw, file=document.file, lines=document.lines)
    world.settle()
    wanted = {scope for scopes in dict(world.plans.scopes.items()).values() for scope in scopes}
    world.want(*sorted(wanted))
    stages = ("listeners", "routes", "upstreams", "assignments", "modules")
    made = {str(scope): {name: of_scope(world, name, scope) for name in stages} for scope in sorted(wanted)}
    record(story, "plan", {scope: {name: one for name, one in parts.items() if one} for scope, parts in made.items()})


def test_nothing_is_left_that_no_stage_makes(swept: list[Path]) -> None:
    assert swept == []


def of_scope(world: World, collection: str, scope: Any) -> dict[str, Any]:
    found = dict(getattr(world.plans, collection).items())
    return {name: plain(found[scope, name], without="name") for name in world.names(collection, scope)}


def plain(value: Any, without: str = "") -> Any:
    """Write a plan with builtins, leaving out what is at its default, and `without`."""
    if isinstance(value, Origin):
        return str(value)
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        said = {field.name: getattr(value, field.name) for field in fields if field.name != without}
        defaults = {field.name: field.default for field in fields}
        return {name: plain(one) for name, one in said.items() if one != defaults[name]}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
