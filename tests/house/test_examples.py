"""Every example is what it says: it names its source, and it decodes strictly, or is refused as it announces."""

import re
from pathlib import Path

import pytest

from lateen.kinds.decode import check
from lateen.kinds.documents import load

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.yaml"))


def faults(name: str) -> list[str]:
    """The errors of a file, as `line: field: message`."""
    text = (EXAMPLES / name).read_text()
    return [
        f"{fault.line}: {fault.path}: {fault.message}"
        for document in load(text, name)
        for fault in check(document.raw, file=name, lines=document.lines, strict=True)
        if fault.severity == "error"
    ]


@pytest.mark.parametrize("name", FILES)
def test_an_example_begins_by_saying_what_it_shows(name: str) -> None:
    assert (EXAMPLES / name).read_text().startswith("# ")


@pytest.mark.parametrize("name", FILES)
def test_an_example_is_whole_or_refused_for_the_field_that_it_announces(name: str) -> None:
    found = faults(name)
    announced = re.findall(r"^# Refused: (\S+)$", (EXAMPLES / name).read_text(), re.MULTILINE)
    assert [fault.split(": ")[1] for fault in found] == announced, found


def test_documents_of_the_reference_keep_the_versions_that_they_print() -> None:
    versions = {document.raw["apiVersion"] for path in (EXAMPLES / "reference").glob("*.yaml")
                for document in load(path.read_text())}  # fmt: skip
    assert {"security.istio.io/v1beta1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"} <= versions
