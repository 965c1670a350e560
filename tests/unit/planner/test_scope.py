from lateen.planner.scope import COMMON, Scope, Traits


def test_traits_are_read_back_as_written():
    traits = Traits({"app": "reviews", "example.com/tier": "a_b"}, {"http": 9080})
    assert Traits.parse(traits.text()) == traits
    assert Traits.parse("") == Traits({}, {})


def test_traits_are_written_in_one_order():
    assert Traits({"b": "2", "a": "1"}, {"x": 1}).text() == "a=1,b=2,:x=1"


def test_only_named_traits_are_kept():
    traits = Traits({"app": "x", "pod": "y"}, {"http": 1, "grpc": 2})
    assert traits.kept({"app", ":grpc", "http"}) == Traits({"app": "x"}, {"grpc": 2})


def test_a_scope_prints_as_a_path():
    assert str(Scope("inbound", "shop", "app=x")) == "inbound/shop/app=x"
    assert str(COMMON) == "common"
