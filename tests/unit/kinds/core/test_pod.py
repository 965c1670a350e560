from lateen.kinds.all import by_kind
from lateen.kinds.decode import decode

RAW = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": "default"},
    "spec": {
        "initContainers": [{"name": "setup"}, {"name": "istio-proxy", "restartPolicy": "Always"}],
        "containers": [{"name": "app"}],
    },
    "status": {
        "phase": "Running",
        "podIP": "10.244.0.5",
        "conditions": [{"type": "Ready", "status": "True"}],
        "initContainerStatuses": [
            {"name": "setup", "ready": True, "state": {"terminated": {"reason": "Completed"}}},
            {"name": "istio-proxy", "ready": True, "restartCount": 1, "state": {"running": {}}},
        ],
        "containerStatuses": [{"name": "app", "ready": False, "restartCount": 2, "state": {"running": {}}}],
    },
}


def cells(**status):
    return [column.text({**RAW, "status": {**RAW["status"], **status}}) for column in by_kind("Pod").columns[:3]]


def test_the_status_is_typed():
    status = decode(RAW).model.status
    assert (status.pod_ip, status.ready) == ("10.244.0.5", True)


def test_the_columns_count_sidecars_as_kubectl_does():
    assert cells() == ["1/2", "Running", "3"]


def test_the_reason_of_trouble_is_shown():
    waiting = {"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    assert cells(containerStatuses=[waiting])[1] == "CrashLoopBackOff"
    broken = {"name": "setup", "state": {"terminated": {"reason": "Error"}}}
    assert cells(initContainerStatuses=[broken])[1] == "Init:Error"
    assert cells(containerStatuses=[], phase="Failed", reason="Evicted")[1] == "Evicted"


def test_a_pod_that_is_leaving_says_so():
    leaving = {**RAW, "metadata": {**RAW["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    assert by_kind("Pod").columns[1].text(leaving) == "Terminating"


def test_a_new_pod_is_pending(errors):
    assert by_kind("Pod").columns[1].text({}) == "Pending"
    assert errors("Pod", containers=[]) == ["spec.containers"]
