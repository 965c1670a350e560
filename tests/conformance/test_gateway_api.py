"""The Gateway API's own cases: the same verdict on the same object, and every field of its definitions modelled."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from api_fields import LIMITS, all_fields

from lateen.kinds.all import by_kind
from lateen.kinds.decode import check

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
CASES = SHARED / "validation" / "gateway-api-cel"
INVALID = SHARED / "validation" / "gateway-api-invalid-examples"
FIELDS = SHARED / "crds" / "fields-gateway-api.json"
KNOWN = json.loads((Path(__file__).parent / "gateway_api_known.json").read_text())

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not here: the corpus is not tested"),
]


def errors(raw: Any) -> list[str]:
    return [f"{fault.path}: {fault.message}" for fault in check(raw) if fault.severity == "error"]


def cases() -> list[Any]:
    """Every case, by an id that stays; cases of the standard channel alone are of definitions with fewer fields."""
    found = []
    for path in sorted(CASES.glob("*.json")):
        for index, case in enumerate(json.loads(path.read_text())["cases"]):
            id_ = f"{path.stem}/{index}"
            marks = [pytest.mark.xfail(reason=KNOWN["cases"][id_], strict=True)] if id_ in KNOWN["cases"] else []
            found.append(pytest.param(case, id=id_, marks=marks))
    return found


@pytest.mark.parametrize("case", cases() if CASES.exists() else [])
def test_an_object_is_judged_as_upstream_does(case: dict[str, Any]) -> None:
    found = errors(case["object"])
    assert (not found) == case["valid"], f"{case['name']}: {found or case['errorsContain']}"


@pytest.mark.parametrize(
    "path", sorted(INVALID.rglob("*.yaml")) if INVALID.exists() else [], ids=lambda path: path.stem
)
def test_examples_of_what_is_wrong_are_refused(path: Path) -> None:
    objects = [raw for raw in yaml.safe_load_all(path.read_text()) if raw]
    assert any(errors(raw) for raw in objects)


def table() -> dict[str, Any]:
    return json.loads(FIELDS.read_text()) if FIELDS.exists() else {}


def comparable(field: dict[str, Any], path: str) -> dict[str, Any]:
    """A field without what the table does not say: that a list or a struct is required, and an order of values."""
    found = {name: value for name, value in field.items() if name in ("type", *LIMITS)}
    found |= {"enum": sorted(found["enum"])} if "enum" in found else {}
    simple = field.get("type") != "object" and not path.endswith("[]")
    return found | ({"required": True} if simple and field.get("required") else {})


@pytest.mark.parametrize("kind", table())
def test_every_field_is_modelled_with_its_limits(kind: str) -> None:
    meta = table()[kind]["meta"]
    spec = by_kind(kind, meta["group"])
    found = all_fields(spec)
    wrong = {}
    for field in table()[kind]["fields"]:
        here, theirs = (comparable(each, field["path"]) for each in (found.get(field["path"], {}), field))
        if here != theirs:
            wrong[field["path"]] = f"{here} here, {theirs} there"
    assert wrong.keys() == KNOWN["fields"].get(kind, {}).keys(), wrong


@pytest.mark.parametrize("kind", table())
def test_names_versions_and_columns_are_upstreams(kind: str) -> None:
    meta = table()[kind]["meta"]
    spec = by_kind(kind, meta["group"])
    assert (spec.plural, set(spec.versions), spec.storage_version) == (
        meta["plural"],
        set(meta["versions"]),
        meta["storage"],
    )
    assert spec.namespaced == (meta["scope"] == "Namespaced")
    assert list(spec.short_names) == meta["shortNames"]
    assert [column.name for column in spec.columns] == meta["printerColumns"]
