import json
from pathlib import Path

import pytest

from lateen.analysis.messages import MESSAGES, text_of

TABLE = Path(__file__).parents[4] / "shared" / "conformance" / "analyze" / "messages.json"


def test_verbs_are_filled_as_go_fills_them() -> None:
    assert text_of("IST0112", ("x", [80, 443])).startswith(
        'This VirtualService routes to a service "x" that exposes multiple ports [80 443].'
    )
    assert text_of("LAT0001", ()) == "local_ratelimit has no filter_enforced: 0 % of requests will be limited"


@pytest.mark.skipif(not TABLE.exists(), reason=f"{TABLE} is not here: texts are not compared with Istio's")
@pytest.mark.conformance
def test_codes_levels_names_and_texts_are_istios() -> None:
    theirs = {one["code"]: (one["level"], one["name"], one["template"]) for one in json.loads(TABLE.read_text())}
    for code, message in MESSAGES.items():
        if code.startswith("IST"):
            assert tuple(message) == theirs[code]


def test_every_code_of_ours_is_explained() -> None:
    page = (Path(__file__).parents[3] / "docs" / "findings.md").read_text()
    assert {code for code in MESSAGES if code.startswith("LAT")} == {
        line.split()[1] for line in page.splitlines() if line.startswith("## LAT")
    }
