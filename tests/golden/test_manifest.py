"""What `lateen install` applies, as recorded: of two profiles, and of a second revision beside the first. Definitions by name."""

from pathlib import Path
from typing import Any

import pytest

from lateen.install.manifest import manifest
from lateen.install.settings import settings

HERE = Path(__file__).parent
CASES = {
    "manifest-default": [],
    "manifest-demo": ["profile=demo"],
    "manifest-canary": ["profile=minimal", "revision=canary", "values.revisionTags[0]=prod"],
}


@pytest.mark.parametrize(("name", "values"), CASES.items())
def test_an_installation_is_what_is_recorded(record: Any, name: str, values: list[str]) -> None:
    objects = manifest(settings(values=values), "1.2.3")
    definitions = [raw["metadata"]["name"] for raw in objects if raw["kind"] == "CustomResourceDefinition"]
    rest = [raw for raw in objects if raw["kind"] != "CustomResourceDefinition"]
    record(HERE, name, {"definitions": definitions, "objects": rest})
