from typing import Any

import pytest
from apiservers import NAMESPACE, POD, SERVICE, pod

from lateen.apiserver.deletion import DeleteOptions, finished, marked, parse_options
from lateen.apiserver.status import Refusal


def bound(**spec: Any) -> dict[str, Any]:
    raw = pod("a")
    return raw | {"spec": raw["spec"] | {"nodeName": "n"} | spec}


def test_a_pod_on_a_node_is_marked_with_its_grace() -> None:
    after = marked(POD, bound(terminationGracePeriodSeconds=20), DeleteOptions(), 100.0)
    assert after is not None
    assert after["metadata"]["deletionTimestamp"] == "1970-01-01T00:02:00Z"
    assert after["metadata"]["deletionGracePeriodSeconds"] == 20 and not finished(after)


def test_a_shorter_grace_wins_and_a_longer_one_changes_nothing() -> None:
    first = marked(POD, bound(), DeleteOptions(grace=10), 100.0)
    assert first is not None
    assert marked(POD, first, DeleteOptions(grace=60), 105.0) == first
    second = marked(POD, first, DeleteOptions(grace=2), 105.0)
    assert second is not None and second["metadata"]["deletionGracePeriodSeconds"] == 2
    assert marked(POD, first, DeleteOptions(grace=0), 105.0) is None


@pytest.mark.parametrize(
    "raw", [pod("a"), bound() | {"status": {"phase": "Succeeded"}}, bound(terminationGracePeriodSeconds=0)]
)
def test_a_pod_that_no_node_runs_goes_at_once(raw: dict[str, Any]) -> None:
    assert marked(POD, raw, DeleteOptions(), 0.0) is None


def test_finalizers_are_waited_for() -> None:
    raw = {"metadata": {"name": "s", "finalizers": ["mine"]}}
    after = marked(SERVICE, raw, DeleteOptions(), 0.0)
    assert after is not None and not finished(after)
    after["metadata"]["finalizers"] = []
    assert finished(after) and not finished(raw)


def test_foreground_and_orphan_wait_for_the_collector() -> None:
    for propagation, finalizer in (("Foreground", "foregroundDeletion"), ("Orphan", "orphan")):
        after = marked(SERVICE, {"metadata": {"name": "s"}}, DeleteOptions(propagation=propagation), 0.0)
        assert after is not None and after["metadata"]["finalizers"] == [finalizer]


def test_a_namespace_waits_for_its_contents() -> None:
    raw = {"kind": "Namespace", "metadata": {"name": "n"}, "spec": {"finalizers": ["kubernetes"]}}
    after = marked(NAMESPACE, raw, DeleteOptions(), 0.0)
    assert after is not None and after["status"]["phase"] == "Terminating" and not finished(after)
    assert finished(after | {"spec": {"finalizers": []}})


def test_options_come_from_body_and_query() -> None:
    body = {"gracePeriodSeconds": 5, "preconditions": {"uid": "u"}, "propagationPolicy": "Foreground"}
    assert parse_options(body, {}) == DeleteOptions(5, "Foreground", "u", "")
    assert parse_options({}, {"gracePeriodSeconds": "7", "orphanDependents": "true"}) == DeleteOptions(7, "Orphan")
    for bad in ({"propagationPolicy": "Sideways"}, {"gracePeriodSeconds": "soon"}):
        with pytest.raises(Refusal):
            parse_options(bad, {})
