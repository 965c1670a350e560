import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.schema import ANALYZER


def test_what_the_api_refuses_is_told_with_its_field() -> None:
    text = "{hosts: [x.com], ports: [{number: 443, name: tls, protocol: TLS}], tls: {mode: PASSTHROUGH}}"
    (one,) = findings(ANALYZER, istio("ServiceEntry", "e", text))
    assert (one.code, one.path) == ("IST0106", "spec.tls")
    assert one.text.startswith("Schema validation error: spec.tls: ") and one.fix


def test_a_valid_object_and_one_of_no_kind_of_ours_are_nothing_to_tell() -> None:
    assert findings(ANALYZER, istio("DestinationRule", "r", "{host: x}")) == []
    assert findings(ANALYZER, "{apiVersion: v9, kind: Thing, metadata: {name: x}}") == []
