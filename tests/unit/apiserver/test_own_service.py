import pytest
from apiservers import SERVICE, WRITE

from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.follower import Follower
from lateen.apiserver.objects import Objects
from lateen.apiserver.own_service import KEY, OwnService
from lateen.kinds.all import by_kind

SLICE = by_kind("EndpointSlice")


@pytest.fixture
def follower(objects: Objects) -> Follower:
    made = Follower(objects.storage, OwnService(objects, "10.244.0.1", 6443).works())
    made.catch_up()
    return made


def leads_to(objects: Objects) -> tuple[list[str], int]:
    raw = objects.get(SLICE, KEY)
    return raw["endpoints"][0]["addresses"], raw["ports"][0]["port"]


def test_the_service_leads_to_the_server(objects: Objects, follower: Follower) -> None:
    assert objects.get(SERVICE, KEY)["spec"]["clusterIP"] == "10.96.0.1"
    assert leads_to(objects) == (["10.244.0.1"], 6443)
    assert objects.get(SLICE, KEY)["metadata"]["labels"]["kubernetes.io/service-name"] == "kubernetes"
    revision = objects.storage.revision
    follower.catch_up()
    assert objects.storage.revision == revision


def test_what_is_deleted_comes_back_and_what_is_changed_is_set_right(objects: Objects, follower: Follower) -> None:
    objects.delete(SERVICE, KEY, DeleteOptions())
    objects.delete(SLICE, KEY, DeleteOptions())
    follower.catch_up()
    assert objects.get(SERVICE, KEY)["spec"]["clusterIP"] == "10.96.0.1"
    astray = {"endpoints": [{"addresses": ["10.244.0.66"], "conditions": {"ready": True}}]}
    objects.update(SLICE, KEY, lambda raw: raw | astray, WRITE)
    follower.catch_up()
    assert leads_to(objects) == (["10.244.0.1"], 6443)


def test_a_server_that_listens_elsewhere_says_so(objects: Objects, follower: Follower) -> None:
    Follower(objects.storage, OwnService(objects, "10.244.0.1", 7443).works()).catch_up()
    assert leads_to(objects) == (["10.244.0.1"], 7443)
