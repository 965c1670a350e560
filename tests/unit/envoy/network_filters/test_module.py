from lateen.envoy.network_filters.module import modules
from lateen.plan.extension import ModulePlace
from lateen.plan.listener import Chain, ChainMatch, Listener, TcpProxy

PROXY = TcpProxy(stat_prefix="b", upstreams=(("b", 100),))
LISTENER = Listener(name="l", address="0.0.0.0", port=80, direction="OUTBOUND", chains=())


def test_modules_of_a_phase_are_delivered_apart_in_their_order():
    places = (ModulePlace(name="b", fails_open=True), ModulePlace(name="n", phase="AUTHN"), ModulePlace(name="a"))
    chain = Chain(name="c", match=ChainMatch(), proxy=PROXY, modules=places)
    found = modules("UNSPECIFIED")(chain, LISTENER)
    assert [(one.name, one.default is not None) for one in found] == [("b", True), ("a", False)]
    assert found[0].types[0] == "envoy.extensions.filters.network.wasm.v3.Wasm"
    assert [one.name for one in modules("AUTHN")(chain, LISTENER)] == ["n"]
