import pytest

from lateen.base.clock import FakeClock
from lateen.base.refs import Key
from lateen.runtime.controllers.endpointslice import slices
from lateen.runtime.mirror import Mirror
from lateen.sources.informer import Put


@pytest.fixture
def mirror():
    return Mirror(None, ["Pod", "Service"], FakeClock())


def service(ports=({"name": "http", "port": 80, "targetPort": "web"},), **spec):
    metadata = {"name": "web", "namespace": "shop", "uid": "s"}
    return {"metadata": metadata, "spec": {"selector": {"app": "web"}, "ports": list(ports), **spec}}


def add(mirror, name, ip="10.244.0.2", ready=True, port=8080, labels=None, deleted=False, **status):
    conditions = [{"type": "Ready", "status": str(ready), "lastTransitionTime": "2023-11-14T22:13:20Z"}]
    raw = {
        "metadata": {"name": name, "namespace": "shop", "uid": name, "labels": labels or {"app": "web"}},
        "spec": {"nodeName": "local", "containers": [{"ports": [{"name": "web", "containerPort": port}]}]},
        "status": {"podIP": ip, "conditions": conditions, **status},
    }
    if deleted:
        raw["metadata"]["deletionTimestamp"] = "now"
    mirror._hear("Pod", Put(Key("shop", name), raw))


def endpoints(made):
    return [(e["targetRef"]["name"], e["conditions"]["ready"]) for item in made for e in item["endpoints"]]


def test_pods_that_match_are_listed_with_their_readiness(mirror):
    add(mirror, "b", ready=False)
    add(mirror, "a")
    add(mirror, "other", labels={"app": "other"})
    made = slices(service(), mirror)
    assert endpoints(made) == [("a", True), ("b", False)]
    assert made[0]["ports"] == [{"name": "http", "protocol": "TCP", "port": 8080}]
    assert made[0]["metadata"]["labels"]["kubernetes.io/service-name"] == "web"
    assert made[0]["endpoints"][0]["nodeName"] == "local"


def test_terminating_ended_and_addressless_pods_are_not_listed(mirror):
    add(mirror, "leaving", deleted=True)
    add(mirror, "ended", phase="Succeeded")
    add(mirror, "new", ip="")
    assert slices(service(), mirror) == []


def test_pods_with_other_named_ports_stand_in_other_slices(mirror):
    add(mirror, "a", port=8080)
    add(mirror, "b", port=9090)
    made = slices(service(), mirror)
    assert sorted(item["ports"][0]["port"] for item in made) == [8080, 9090]
    assert len({item["metadata"]["name"] for item in made}) == 2


def test_names_are_stable(mirror):
    add(mirror, "a")
    before = slices(service(), mirror)[0]["metadata"]["name"]
    add(mirror, "b")
    assert slices(service(), mirror)[0]["metadata"]["name"] == before


def test_numbers_and_missing_target_ports(mirror):
    add(mirror, "a")
    ports = (
        {"name": "a", "port": 80},
        {"name": "b", "port": 81, "targetPort": 8081},
        {"name": "c", "port": 82, "targetPort": "none"},
    )
    (made,) = slices(service(ports), mirror)
    assert [(port["name"], port["port"]) for port in made["ports"]] == [("a", 80), ("b", 8081)]


def test_unready_pods_count_where_the_service_wants_them(mirror):
    add(mirror, "a", ready=False)
    made = slices(service(publishNotReadyAddresses=True, clusterIP="None"), mirror)
    assert endpoints(made) == [("a", True)]
    assert "service.kubernetes.io/headless" in made[0]["metadata"]["labels"]


def test_services_without_selector_are_their_owners_affair(mirror):
    add(mirror, "a")
    assert slices(service(selector=None), mirror) == []
    assert slices(service(type="ExternalName"), mirror) == []
