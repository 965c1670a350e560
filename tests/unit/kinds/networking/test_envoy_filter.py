PATCH = {"applyTo": "CLUSTER", "patch": {"operation": "ADD", "value": {"name": "x"}}}


def test_filters_are_accepted(errors):
    selector = {"labels": {"app": "x"}}
    assert errors("EnvoyFilter", workloadSelector=selector, configPatches=[PATCH], priority=-10) == []


def test_faults_name_the_patch(errors):
    assert errors("EnvoyFilter", configPatches=[PATCH, {}]) == ["spec.configPatches[1].applyTo"]
    selector = {"labels": {"a": "*"}}
    assert errors("EnvoyFilter", workloadSelector=selector, configPatches=[PATCH]) == ["spec.workloadSelector.labels.a"]


def test_one_that_changes_nothing_is_warned_of(warnings):
    assert warnings("EnvoyFilter") == ["spec.configPatches"]
