"""Names, versions and printed columns of our CustomResourceDefinitions are Istio's; the table of fields is true."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from crds import ISTIO, difference

from lateen.install.crds import crd

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "conformance" / "crds"
SCORE = ROOT / "docs" / "fields-of-istio.md"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not here: Istio's fields are not compared"),
]

TABLE = json.loads((SHARED / "fields.json").read_text()) if SHARED.exists() else {}


def test_every_kind_of_istios_is_here() -> None:
    assert TABLE.keys() <= ISTIO.keys()


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
        fields = TABLE[kind]["fields"]
        found = [difference(kind, field) for field in fields]
        total, missing, same = len(fields), found.count("missing"), found.count("")
        rows.append(f"| {kind} | {total} | {total - missing} | {same} |")
    return "\n".join(rows)
