from lateen.runtime.pod_status import (
    ContainerStatus,
    PodState,
    Running,
    Terminated,
    Waiting,
    phase,
    pod_status,
)

NOW = 1_700_000_000.0


def running(name="app", ready=True):
    return ContainerStatus(name, "image", Running(NOW), started=True, ready=ready)


def ended(code, name="app"):
    return ContainerStatus(name, "image", Terminated(code, NOW, NOW), done=True)


def state(apps, inits=(), sidecars=(), **more):
    order = [item.name for item in (*inits, *sidecars)]
    return PodState(apps=apps, inits=inits, sidecars=sidecars, init_order=order, **more)


def conditions(status):
    return {item["type"]: item["status"] for item in status["conditions"]}


def test_waiting_pod_is_pending():
    assert phase(state([ContainerStatus("app", "image")])) == "Pending"


def test_pod_runs_when_every_container_was_started():
    assert phase(state([running(), ContainerStatus("b", "image")])) == "Pending"
    crashing = ContainerStatus("b", "image", Waiting("CrashLoopBackOff"), restarts=1)
    assert phase(state([running(), crashing])) == "Running"


def test_pod_ends_when_all_containers_are_done():
    assert phase(state([ended(0), ended(0)])) == "Succeeded"
    assert phase(state([ended(0), ended(1)])) == "Failed"
    assert phase(state([ContainerStatus("app", "image")], inits=[ended(1, "init")])) == "Failed"


def test_sidecar_holds_initialization_until_it_is_started():
    sidecar = ContainerStatus("proxy", "image", Running(NOW))
    waiting = state([ContainerStatus("app", "image")], sidecars=[sidecar])
    assert conditions(pod_status(waiting, {}, NOW))["Initialized"] == "False"
    sidecar.started = True
    assert conditions(pod_status(waiting, {}, NOW))["Initialized"] == "True"


def test_unready_containers_are_named_and_sidecars_count():
    status = pod_status(state([running()], sidecars=[running("proxy", ready=False)]), {}, NOW)
    (ready,) = (item for item in status["conditions"] if item["type"] == "Ready")
    assert ready["status"] == "False"
    assert ready["message"] == "containers with unready status: [proxy]"


def test_ready_pod_with_an_address():
    status = pod_status(state([running()], ip="10.0.0.1", host_ip="10.0.0.254", start=NOW), {}, NOW)
    assert set(conditions(status).values()) == {"True"}
    assert status["podIPs"] == [{"ip": "10.0.0.1"}]
    assert status["startTime"] == "2023-11-14T22:13:20Z"
    assert status["containerStatuses"][0]["state"] == {"running": {"startedAt": "2023-11-14T22:13:20Z"}}


def test_condition_keeps_its_time_until_it_turns():
    before = pod_status(state([running()]), {}, NOW)
    same = pod_status(state([running()]), before, NOW + 60)
    assert same["conditions"] == before["conditions"]
    turned = pod_status(state([running(ready=False)]), before, NOW + 60)
    times = {item["type"]: item["lastTransitionTime"] for item in turned["conditions"]}
    assert times["Ready"] == "2023-11-14T22:14:20Z"
    assert times["Initialized"] == "2023-11-14T22:13:20Z"


def test_completed_pod_is_not_ready_and_says_why():
    status = pod_status(state([ended(0)]), {}, NOW)
    (ready,) = (item for item in status["conditions"] if item["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "PodCompleted")
    terminated = status["containerStatuses"][0]["state"]["terminated"]
    assert (terminated["exitCode"], terminated["reason"]) == (0, "Completed")


def test_init_containers_stand_in_the_order_of_the_spec():
    made = PodState(apps=[running()], inits=[ended(0, "b")], sidecars=[running("a")], init_order=["a", "b"])
    names = [item["name"] for item in pod_status(made, {}, NOW)["initContainerStatuses"]]
    assert names == ["a", "b"]
