import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.virtual_service_subsets import ANALYZER

RULE = istio("DestinationRule", "r", "{host: reviews, subsets: [{name: version1, labels: {version: v1}}]}")


def test_a_subset_that_no_rule_defines_is_told_with_the_order_to_apply_in() -> None:
    rule = istio("VirtualService", "v", "{http: [{route: [{destination: {host: reviews, subset: v3}}]}]}")
    one = findings(ANALYZER, RULE + rule)[0]
    assert one.text == 'Referenced host+subset in destinationrule not found: "reviews+v3"'
    assert one.fix.startswith("apply the DestinationRule that defines it before this VirtualService")


def test_a_misspelt_subset_is_guessed() -> None:
    rule = istio("VirtualService", "v", "{http: [{route: [{destination: {host: reviews, subset: versoin1}}]}]}")
    assert findings(ANALYZER, RULE + rule)[0].fix.startswith('did you mean "version1"?')


def test_a_subset_that_is_defined_is_nothing_to_tell() -> None:
    host = "reviews.shop.svc.cluster.local"
    rule = istio("VirtualService", "v", f"{{http: [{{route: [{{destination: {{host: {host}, subset: version1}}}}]}}]}}")
    assert findings(ANALYZER, RULE + rule) == []
