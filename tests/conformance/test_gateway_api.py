"""Every field of the Gateway API's definitions is modelled, with their names, versions and columns."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from api_fields import LIMITS, all_fields

from lateen.kinds.all import by_kind

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
FIELDS = SHARED / "crds" / "fields-gateway-api.json"
KNOWN = json.loads((Path(__file__).parent / "gateway_api_known.json").read_text())

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not FIELDS.exists(), reason=f"{FIELDS} is not here: the corpus is not tested"),
]


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
    assert wrong.keys() == KNOWN.get(kind, {}).keys(), wrong


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
