import pytest

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.all import KINDS
from lateen.reactive.engine import Engine
from lateen.store.store import Store

KEY = Key("default", "reviews")


def rule(**spec):
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"namespace": KEY.namespace, "name": KEY.name},
        "spec": {"host": "reviews", **spec},
    }


@pytest.fixture
def store():
    return Store(Engine())


def test_there_is_an_input_per_kind(store):
    assert all(len(store[spec.kind]) == 0 for spec in KINDS)
    with pytest.raises(KeyError):
        store["Unheard"]


def test_an_accepted_object_is_in_force(store):
    found = store.put(rule())
    assert store["DestinationRule"].get(KEY) is found
    assert store.rejections == {}


def test_a_refused_version_leaves_the_last_accepted_one(store):
    accepted = store.put(rule())
    with pytest.raises(Invalid):
        store.put(rule(subsets=[{"labels": {}}]), file="dr.yaml", lines={"spec.subsets": 7})
    assert store["DestinationRule"].get(KEY) is accepted
    (fault,) = store.rejections["DestinationRule", KEY].faults
    assert (fault.path, fault.line) == ("spec.subsets[0].name", 7)


def test_a_mended_version_clears_the_rejection(store):
    with pytest.raises(Invalid):
        store.put(rule(host=""))
    store.put(rule())
    assert store.rejections == {}


def test_a_deleted_object_is_forgotten_with_its_rejection(store):
    store.put(rule())
    with pytest.raises(Invalid):
        store.put(rule(host=""))
    store.delete("DestinationRule", KEY)
    assert store["DestinationRule"].get(KEY) is None
    assert store.rejections == {}
    store.delete("DestinationRule", KEY)


@pytest.mark.parametrize("raw", [{}, {"kind": ["x"], "metadata": 5}, {"kind": "Pod", "metadata": {"name": None}}])
def test_even_what_has_no_name_is_recorded(store, raw):
    with pytest.raises(Invalid):
        store.put(raw)
    assert len(store.rejections) == 1


def test_a_change_reaches_what_is_derived(store):
    engine = Engine()
    store = Store(engine)
    hosts = engine.map("hosts", store["DestinationRule"], lambda _, __, found: found.model.spec.host)
    store.put(rule())
    engine.settle()
    assert hosts.get(KEY) == "reviews"


def test_kinds_of_one_name_are_apart(store):
    meta = {"namespace": KEY.namespace, "name": KEY.name}
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    spec = {"gatewayClassName": "istio", "listeners": [listener]}
    theirs = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": meta, "spec": spec}
    store.put(
        {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": meta, "spec": {"servers": [server]}}
    )
    found = store.put(theirs)
    assert store["Gateway"].get(KEY).spec.group == "networking.istio.io"
    assert store["Gateway.gateway.networking.k8s.io"].get(KEY) is found
    assert found.origin.kind == found.spec.name
    with pytest.raises(Invalid):
        store.put(theirs | {"spec": {}})
    assert list(store.rejections) == [("Gateway.gateway.networking.k8s.io", KEY)]
