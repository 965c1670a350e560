import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found, istio

from lateen.analysis.analyzers.policy_workloads import ANALYZER

POLICY = istio("AuthorizationPolicy", "p", "{selector: {matchLabels: {app: a}}}", "security")


def test_a_policy_for_workloads_that_there_are_not_is_told() -> None:
    assert found(ANALYZER, POLICY) == [("IST0127", "AuthorizationPolicy shop/p")]


def test_a_policy_for_pods_or_for_a_workload_that_makes_them_or_for_all_is_nothing_to_tell() -> None:
    assert found(ANALYZER, POLICY + core("Pod", "a", labels="{app: a}")) == []
    assert found(ANALYZER, POLICY + core("Deployment", "a", "{template: {metadata: {labels: {app: a}}}}")) == []
    assert found(ANALYZER, istio("AuthorizationPolicy", "p", "{}", "security")) == []
