import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import REVIEWS, core, findings, istio

from lateen.analysis.analyzers.destination_rule_pods import ANALYZER

POD = core("Pod", "reviews-1", labels="{app: reviews, version: v1}")


def rule(host: str, version: str) -> str:
    return istio("DestinationRule", "r", f"{{host: {host}, subsets: [{{name: s, labels: {{version: {version}}}}}]}}")


def test_a_host_that_is_misspelt_is_told_with_the_nearest_one() -> None:
    one = findings(ANALYZER, REVIEWS + rule("reviwes", "v1"))[0]
    assert (one.code, one.path) == ("IST0174", "spec.host")
    assert one.text == "The host reviwes defined in the DestinationRule does not match any services in the mesh."
    assert one.fix == 'did you mean "reviews.shop.svc.cluster.local"?'


def test_a_short_name_of_another_namespace_is_explained() -> None:
    elsewhere = REVIEWS.replace("name: reviews,", "name: reviews, namespace: prod,", 1)
    one = findings(ANALYZER, elsewhere + rule("reviews", "v1"))[0]
    assert one.fix.startswith('a short name is in its own namespace, "shop"')
    assert '"reviews.prod.svc.cluster.local"' in one.fix


def test_a_subset_without_pods_is_told_with_what_the_pods_have() -> None:
    one = findings(ANALYZER, REVIEWS + POD + rule("reviews", "v2"))[0]
    assert (one.code, one.fix) == ("IST0173", "its pods have version: v1")


def test_subsets_of_pods_and_of_workloads_that_will_make_them_are_nothing_to_tell() -> None:
    made = core("Deployment", "d", "{template: {metadata: {labels: {app: reviews, version: v2}}}}")
    for host in ("reviews", "reviews.shop.svc.cluster.local"):
        assert findings(ANALYZER, REVIEWS + POD + rule(host, "v1")) == []
        assert findings(ANALYZER, REVIEWS + made + rule(host, "v2")) == []
