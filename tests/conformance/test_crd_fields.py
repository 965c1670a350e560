"""Every field of Istio's CustomResourceDefinitions is in ours, with the same type, limits, and printed columns.

`crd_fields_known.json` beside this file holds the fields that are described otherwise, each with the reason; the table
in docs/fields-of-istio.md is the score. Both are checked: what agrees again must be taken off.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lateen.install.crds import crd
from lateen.kinds.all import KINDS

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "conformance" / "crds"
KNOWN = json.loads((Path(__file__).parent / "crd_fields_known.json").read_text())
SCORE = ROOT / "docs" / "fields-of-istio.md"
ISTIO = {kind.kind: kind for kind in KINDS if kind.group.endswith(".istio.io")}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not here: Istio's fields are not compared"),
]

TABLE = json.loads((SHARED / "fields.json").read_text()) if SHARED.exists() else {}
_LIMITS = ("enum", "format", "pattern", "minimum", "maximum", "minLength", "maxLength")


def flat(schema: dict[str, Any], path: str, required: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of a schema as the table has them: [] after a list's path, {} after a map's."""
    if "items" in schema:
        yield from flat(schema["items"], f"{path}[]", required)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from flat(schema["additionalProperties"], f"{path}{{}}", required)
    else:
        kind = "int-or-string" if schema.get("x-kubernetes-int-or-string") else schema.get("type", "any")
        limits = {name: schema[name] for name in _LIMITS if name in schema}
        yield path, {"type": kind} | limits | ({"required": True} if required else {})
        for name, member in schema.get("properties", {}).items():
            yield from flat(member, f"{path}.{name}", name in schema.get("required", ()))


def ours(kind: str) -> dict[str, dict[str, Any]]:
    schema = crd(ISTIO[kind])["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return {
        path: field
        for name, member in schema["properties"].items()
        for path, field in flat(member, name, name in schema.get("required", ()))
    }


def comparable(field: dict[str, Any]) -> dict[str, Any]:
    """A field's description without what two generators may write differently: the order of an enum, 1 and 1.0."""
    found = {name: value for name, value in field.items() if name in ("type", "required", *_LIMITS)}
    return found | ({"enum": sorted(found["enum"])} if "enum" in found else {})


def differences(kind: str) -> dict[str, str]:
    """Path → what is different, of every field of Istio's that is not the same here."""
    found = ours(kind)
    wrong = {}
    for field in TABLE[kind]["fields"]:
        path, theirs = field["path"], comparable(field)
        if path not in found:
            wrong[path] = "missing"
        elif comparable(found[path]) != theirs:
            here = comparable(found[path])
            names = [name for name in {**theirs, **here} if theirs.get(name) != here.get(name)]
            wrong[path] = ", ".join(f"{name}: {here.get(name)} here, {theirs.get(name)} there" for name in names)
    return wrong


def test_every_kind_of_istios_is_here() -> None:
    assert TABLE.keys() - ISTIO.keys() == KNOWN["kinds"].keys()


@pytest.mark.parametrize("kind", ISTIO)
def test_every_field_is_described_as_istio_describes_it(kind: str) -> None:
    wrong = differences(kind)
    known = KNOWN["fields"].get(kind, {})
    assert {path: what for path, what in wrong.items() if path not in known} == {}
    assert known.keys() - wrong.keys() == set(), "these agree again: take them off the list"


@pytest.mark.parametrize("kind", ISTIO)
def test_names_versions_and_columns_are_istios(kind: str) -> None:
    theirs = TABLE[kind]["meta"]
    spec = crd(ISTIO[kind])["spec"]
    assert (spec["group"], spec["names"]["plural"], spec["scope"]) == tuple(
        theirs[name] for name in ("group", "plural", "scope")
    )
    assert sorted(version["name"] for version in spec["versions"]) == sorted(theirs["versions"])
    assert [version["name"] for version in spec["versions"] if version["storage"]] == [theirs["storage"]]
    assert spec["names"].get("shortNames", []) == theirs["shortNames"]
    columns = [column["name"] for column in spec["versions"][0]["additionalPrinterColumns"]]
    assert columns == (theirs["printerColumns"] or ["Age"])  # what Kubernetes prints where nothing is said


@pytest.mark.parametrize("kind", ISTIO)
def test_categories_and_columns_paths_are_istios(kind: str) -> None:
    documents = yaml.load_all((SHARED / "istio-crds.yaml").read_text(), Loader=yaml.CSafeLoader)
    theirs = next(each["spec"] for each in documents if each and each["spec"]["names"]["kind"] == kind)
    here = crd(ISTIO[kind])["spec"]
    assert here["names"]["categories"] == theirs["names"]["categories"]
    assert here["names"]["singular"] == theirs["names"]["singular"]

    def columns(spec: dict[str, Any]) -> list[tuple[str, str, str]]:
        listed = spec["versions"][0].get("additionalPrinterColumns", [])
        return [(each["name"], each["type"], each["jsonPath"]) for each in listed]

    assert columns(here) == (columns(theirs) or [("Age", "date", ".metadata.creationTimestamp")])


def test_the_score_is_the_one_that_is_written_down() -> None:
    assert score() in SCORE.read_text()


def score() -> str:
    """The table of docs/fields-of-istio.md."""
    rows = ["| Kind | Istio's fields | modelled | described the same |", "|---|---|---|---|"]
    for kind in sorted(TABLE):
        wrong = differences(kind) if kind in ISTIO else dict.fromkeys(("-",) * 0, "")
        total = len(TABLE[kind]["fields"])
        missing = sum(what == "missing" for what in wrong.values()) if kind in ISTIO else total
        same = total - len(wrong) if kind in ISTIO else 0
        rows.append(f"| {kind} | {total} | {total - missing} | {same} |")
    return "\n".join(rows)
