"""How objects and places in them are named."""

from lateen.base.refs import Key, Origin


def test_a_key_is_written_with_its_namespace_if_it_has_one() -> None:
    assert str(Key("shop", "reviews")) == "shop/reviews"
    assert str(Key("", "shop")) == "shop"


def test_keys_sort_by_namespace_then_name() -> None:
    assert sorted([Key("b", "a"), Key("a", "z"), Key("", "x")]) == [Key("", "x"), Key("a", "z"), Key("b", "a")]


def test_an_origin_is_written_down_to_field_file_and_line() -> None:
    origin = Origin("VirtualService", "shop", "reviews", "spec.hosts", "a.yaml", 7)
    assert str(origin) == "VirtualService shop/reviews spec.hosts (a.yaml:7)"
    assert str(Origin("Namespace", "", "shop")) == "Namespace shop"


def test_at_points_elsewhere_in_the_same_object() -> None:
    origin = Origin("Gateway", "shop", "web", file="a.yaml", line=1)
    assert origin.at("spec.servers[0]") == Origin("Gateway", "shop", "web", "spec.servers[0]", "a.yaml", 1)
    assert origin.field == ""
