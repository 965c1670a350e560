import json

import yaml

from lateen.analysis.finding import Finding
from lateen.analysis.report import as_json, as_log, as_yaml
from lateen.analysis.resource import Resource

FOUND = [Finding("IST0101", Resource({"kind": "Gateway", "metadata": {"name": "g"}}), ("gateway", "x"), fix="mend it")]


def test_a_log_has_a_line_for_each_finding_and_how_to_mend_it() -> None:
    assert as_log(FOUND) == 'Error [IST0101] (Gateway g) Referenced gateway not found: "x"\n  fix: mend it'


def test_json_and_yaml_have_the_fields_of_istioctls() -> None:
    wanted = {
        "code": "IST0101",
        "documentationUrl": "https://istio.io/latest/docs/reference/config/analysis/ist0101/",
        "level": "Error",
        "message": 'Referenced gateway not found: "x"',
        "origin": "Gateway g",
        "fix": "mend it",
    }
    assert json.loads(as_json(FOUND)) == yaml.safe_load(as_yaml(FOUND)) == [wanted]
    assert json.loads(as_json([])) == []
