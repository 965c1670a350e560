from msgspec.structs import replace

from lateen.planner.scope import COMMON, Scope, Traits
from lateen.registry.workload import Workload


def test_traits_are_read_back_as_written():
    traits = Traits({"app": "reviews", "example.com/tier": "a_b"}, {"http": 9080})
    assert Traits.parse(traits.text()) == traits
    assert Traits.parse("") == Traits({}, {})
    machine = Traits({"app": "a"}, {}, {"http": 80}, True, "fd00::1")
    assert machine.text() == "app=a,~http=80,~,@fd00::1"
    assert Traits.parse(machine.text()) == machine


def test_traits_tell_what_services_see_of_a_workload():
    machine = Workload(namespace="shop", name="vm", kind="WorkloadEntry", labels={"app": "a"}, mapped={"http": 80})
    assert Traits.of(machine, "192.0.2.1").workload("shop") == replace(machine, name="", ip="192.0.2.1")


def test_traits_are_written_in_one_order():
    assert Traits({"b": "2", "a": "1"}, {"x": 1}).text() == "a=1,b=2,:x=1"


def test_only_named_traits_are_kept():
    traits = Traits({"app": "x", "pod": "y"}, {"http": 1, "grpc": 2})
    assert traits.kept({"app", ":grpc", "http"}) == Traits({"app": "x"}, {"grpc": 2})


def test_a_scope_prints_as_a_path():
    assert str(Scope("inbound", "shop", "app=x")) == "inbound/shop/app=x"
    assert str(COMMON) == "common"
