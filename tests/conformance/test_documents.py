"""The documents' YAML, made whole: each example says word for word, in order, what its document prints."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DOCUMENTS = ROOT.parent / "shared" / "mission" / "seeds"
GUIDE, REFERENCE = "001_8bb46a9f839186c4.txt", "002_63071168960c5c97.txt"

# The example, and the document that prints it.
PRINTED = {
    "guide/payments-mtls.yaml": GUIDE,
    "guide/cluster-mtls-strict.yaml": GUIDE,
    "guide/authorization.yaml": GUIDE,
    "guide/payments-api.yaml": GUIDE,
    "guide/payments-api-retries.yaml": GUIDE,
    "guide/payments-tracing.yaml": GUIDE,
    "guide/gateway-api.yaml": GUIDE,
    "reference/mtls.yaml": REFERENCE,
    "reference/order-service-policy.yaml": REFERENCE,
    "reference/product-service.yaml": REFERENCE,
    "reference/api-gateway.yaml": REFERENCE,
    "reference/product-service-chaos.yaml": REFERENCE,
    "reference/telemetry.yaml": REFERENCE,
    "reference/jwt.yaml": REFERENCE,
    "reference/rate-limit.yaml": REFERENCE,
}

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.exists(), reason="../shared/mission is not there: nothing to compare with"
)


def words(text: str) -> str:
    """The keys and values of a YAML text in order, without comments, line numbers, quotes and layout."""
    lines = (re.sub(r"^\d+|(^|\s)#.*", "", line) for line in text.splitlines() if line.strip() != "---")
    return " ".join(re.sub(r"[\"'{}\[\],:]|(^|\s)-(?=\s)|---$", " ", " ".join(lines)).split())


@pytest.mark.conformance
@pytest.mark.parametrize(("example", "document"), PRINTED.items(), ids=list(PRINTED))
def test_each_object_of_an_example_is_printed_so_in_its_document(example: str, document: str) -> None:
    printed = words((DOCUMENTS / document).read_text())
    for part in (EXAMPLES / example).read_text().split("\n---\n"):
        assert words(part) in printed


@pytest.mark.conformance
@pytest.mark.parametrize("document", [GUIDE, REFERENCE])
def test_every_object_that_a_document_prints_stands_in_an_example(document: str) -> None:
    found = r"kind (\w+) metadata name ([\w-]+)"
    printed = set(re.findall(found, words((DOCUMENTS / document).read_text())))
    shown = {pair for example, source in PRINTED.items() if source == document
             for pair in re.findall(found, words((EXAMPLES / example).read_text()))}  # fmt: skip
    assert len(printed) >= 8 and shown == printed
