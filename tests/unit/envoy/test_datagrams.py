from lateen.envoy.listener import listener
from lateen.plan.listener import DatagramProxy, Listener
from lateen.proto.descriptors import message

UDP = "envoy.extensions.filters.udp.udp_proxy.v3."


def built(*upstreams):
    plan = Listener(
        name="udp_0.0.0.0_53",
        address="0.0.0.0",
        port=53,
        direction="OUTBOUND",
        chains=(),
        datagrams=DatagramProxy("s", upstreams),
        bind=True,
    )
    found = message("envoy.config.listener.v3.Listener").FromString(listener(plan, "cluster.local"))
    assert found.address.socket_address.protocol == 1 and found.HasField("udp_listener_config")
    config = message(UDP + "UdpProxyConfig")()
    assert found.listener_filters[0].typed_config.Unpack(config)
    return config.matcher


def upstream(match):
    route = message(UDP + "Route")()
    assert match.action.typed_config.Unpack(route)
    return route.cluster


def test_datagrams_for_one_upstream_all_go_there():
    matcher = built(("a", 1))
    assert upstream(matcher.on_no_match) == "a" and not matcher.matcher_list.matchers


def test_each_share_is_what_the_hashes_below_its_bound_are_that_no_other_has():
    matcher = built(("a", 70), ("b", 20), ("c", 10))
    bounds = {}
    for each in matcher.matcher_list.matchers:
        fraction = message("envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction")()
        assert each.predicate.single_predicate.custom_match.typed_config.Unpack(fraction)
        bounds[upstream(each.on_match)] = fraction.runtime_fraction.default_value.numerator
    assert bounds == {"a": 700_000, "b": 900_000} and upstream(matcher.on_no_match) == "c"
