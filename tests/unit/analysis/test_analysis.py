import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from findings import REVIEWS, istio, snapshot

from lateen.analysis.analysis import analyze


def test_the_worst_is_told_first() -> None:
    rule = istio("VirtualService", "v", "{hosts: [x], http: [{route: [{destination: {host: nobody}}]}]}")
    odd = REVIEWS.replace("name: http", "name: foo")
    assert [finding.code for finding in analyze(snapshot(odd + rule))] == ["IST0101", "IST0118"]


def test_a_mesh_without_faults_has_no_findings() -> None:
    assert analyze(snapshot(REVIEWS)) == []
