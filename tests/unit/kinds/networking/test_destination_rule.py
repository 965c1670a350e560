import pytest


def test_the_upstream_example_is_accepted(errors):
    subsets = [{"name": f"v{number}", "labels": {"version": f"v{number}"}} for number in (1, 2)]
    assert errors("DestinationRule", host="reviews", subsets=subsets) == []


def test_subset_names_are_unique_and_given(errors):
    assert errors("DestinationRule", host="x", subsets=[{"name": "a"}, {"name": "a"}]) == ["spec.subsets[1].name"]
    assert errors("DestinationRule", host="x", subsets=[{"name": ""}]) == ["spec.subsets[0].name"]


@pytest.mark.parametrize("host", ["", "a b", "1.1.1.1"])
def test_the_host_is_a_name(errors, host):
    assert errors("DestinationRule", host=host) == ["spec.host"]


def test_labels_and_policies_of_subsets_are_checked(errors):
    subset = {"name": "v1", "labels": {"a b": "x"}, "trafficPolicy": {}}
    assert errors("DestinationRule", host="x", subsets=[subset]) == [
        'spec.subsets[0].labels["a b"]',
        "spec.subsets[0].trafficPolicy",
    ]


def test_a_rule_for_some_workloads_stays_in_its_namespace(errors, warnings):
    selector = {"matchLabels": {"app": "x"}}
    assert errors("DestinationRule", host="x", workloadSelector=selector, exportTo=["."]) == []
    assert errors("DestinationRule", host="x", workloadSelector=selector, exportTo=["b"]) == ["spec.exportTo"]
    assert warnings("DestinationRule", host="x", workloadSelector={}) == ["spec.workloadSelector"]
