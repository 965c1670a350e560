import pytest
from worlds import COMMON, SHOP, World, istio, service

from lateen.advise.caller import begun, caller, outbound, spoken
from lateen.base.errors import LateenError


def test_a_proxy_that_sends_nothing_is_no_caller():
    assert caller(World().plans, [COMMON, SHOP]).namespace == "shop"
    with pytest.raises(LateenError, match="calls nobody"):
        caller(World().plans, [COMMON])


@pytest.mark.parametrize(("mode", "wanted"), [("", "AUTO"), ("DISABLE", "DISABLE"), ("SIMPLE", "SIMPLE")])
def test_what_is_sent_to_is_told_with_the_tls_that_is_begun(mode: str, wanted: str):
    world = World()
    world.put(service("web"))
    if mode:
        world.put(istio("DestinationRule", "w", f"{{host: web, trafficPolicy: {{tls: {{mode: {mode}}}}}}}"))
    (plan,) = outbound(world.plans, [COMMON, SHOP])
    assert (plan.name, begun(plan)) == ("outbound|80||web.shop.svc.cluster.local", wanted)
    assert spoken(begun(plan))
