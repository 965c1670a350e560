import pytest

from lateen.runtime.controllers.pods import active, finished, ready, ready_since, terminating

READY = {"type": "Ready", "status": "True", "lastTransitionTime": "2023-11-14T22:13:20Z"}


def pod(deleted=False, **status):
    return {"metadata": {"deletionTimestamp": "x"} if deleted else {}, "status": status}


def test_deleted_and_ended_pods_are_not_active():
    assert active(pod(phase="Running"))
    assert terminating(pod(deleted=True)) and not active(pod(deleted=True))
    assert finished(pod(phase="Failed")) and not active(pod(phase="Succeeded"))


@pytest.mark.parametrize("conditions", [[], [{**READY, "status": "False"}], [{**READY, "type": "Initialized"}]])
def test_ready_needs_its_condition(conditions):
    assert not ready(pod(conditions=conditions))
    assert not ready({"metadata": {}})


def test_ready_since_is_the_conditions_time():
    assert ready(pod(conditions=[READY]))
    assert ready_since(pod(conditions=[READY])) == 1_700_000_000
