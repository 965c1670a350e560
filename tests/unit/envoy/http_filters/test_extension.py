from lateen.envoy.fields import Delivered, Extension, several
from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.extension import extensions
from lateen.plan.extension import ModulePlace, Script
from lateen.plan.listener import HttpProxy

PHASES = ("UNSPECIFIED", "STATS", "AUTHZ", "AUTHN")


def proxy() -> HttpProxy:
    made = tuple(Script(name=f"shop.{phase}", code=f"-- {phase}", phase=phase) for phase in PHASES)
    return HttpProxy(stat_prefix="a", route_name="80", mesh_alpn=True, extensions=made)


def test_a_script_is_a_filter_by_the_name_of_its_object():
    (made,) = extensions("AUTHN")(proxy())
    assert (made.name, made.config.default_source_code.inline_string) == ("shop.AUTHN", "-- AUTHN")


def test_extensions_of_a_phase_keep_their_order_whatever_they_are():
    made = (Script(name="b", code="b"), ModulePlace(name="m"), Script(name="a", code="a"))
    several = HttpProxy(stat_prefix="a", extensions=made)
    assert [one.name for one in extensions("UNSPECIFIED")(several)] == ["b", "m", "a"]
    assert extensions("STATS")(several) == ()


def test_a_module_is_delivered_apart_and_what_fails_open_has_a_default():
    closed, opened = ModulePlace(name="c"), ModulePlace(name="o", fails_open=True)
    found = extensions("UNSPECIFIED")(HttpProxy(stat_prefix="a", extensions=(closed, opened)))
    assert all(isinstance(one, Delivered) for one in found)
    assert [one.default is None for one in found] == [True, False]
    assert found[0].types[0] == "envoy.extensions.filters.http.wasm.v3.Wasm"
    assert not found[1].default.HasField("rules")


def test_phases_stand_in_order_and_before_the_router():
    flat = [one.name for each in HTTP_FILTERS for one in several(each.of_proxy(proxy()))]
    assert [name for name in flat if name.startswith("shop.")] == [f"shop.{phase}" for phase in reversed(PHASES)]
    assert flat.index("shop.AUTHZ") < flat.index("envoy.filters.http.fault") < flat.index("shop.STATS")
    last = ["envoy.filters.http.stateful_session", "istio.alpn", "envoy.filters.http.router"]
    assert flat[-4:] == ["shop.UNSPECIFIED", *last]
    assert several(Extension("x", None)) == (Extension("x", None),) and several(None) == ()
