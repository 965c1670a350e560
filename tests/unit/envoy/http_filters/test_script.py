from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.script import scripts
from lateen.plan.extension import Script
from lateen.plan.listener import HttpProxy

PHASES = ("UNSPECIFIED", "STATS", "AUTHZ", "AUTHN")


def proxy() -> HttpProxy:
    made = tuple(Script(name=f"shop.{phase}", code=f"-- {phase}", phase=phase) for phase in PHASES)
    return HttpProxy(stat_prefix="a", route_name="80", mesh_alpn=True, scripts=made)


def test_a_script_is_a_filter_by_the_name_of_its_object():
    (made,) = scripts("AUTHN")(proxy())
    assert (made.name, made.config.default_source_code.inline_string) == ("shop.AUTHN", "-- AUTHN")


def test_scripts_of_a_phase_keep_their_order():
    several = HttpProxy(stat_prefix="a", scripts=(Script(name="b", code="b"), Script(name="a", code="a")))
    assert [one.name for one in scripts("UNSPECIFIED")(several)] == ["b", "a"]
    assert scripts("STATS")(several) == ()


def test_phases_stand_in_order_and_before_the_router():
    made = [built for each in HTTP_FILTERS if (built := each.of_proxy(proxy()))]
    flat = [one.name for built in made for one in (built if type(built) is tuple else (built,))]
    assert [name for name in flat if name.startswith("shop.")] == [f"shop.{phase}" for phase in reversed(PHASES)]
    assert flat.index("shop.AUTHZ") < flat.index("envoy.filters.http.fault") < flat.index("shop.STATS")
    assert flat[-3:] == ["shop.UNSPECIFIED", "istio.alpn", "envoy.filters.http.router"]
