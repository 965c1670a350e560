import pytest
from worlds import gateway_api

from lateen.kinds.decode import decode
from lateen.planner.gateway_api.gateway import api_gateway
from lateen.planner.gateway_api.gateway_status import Reach, gateway_status
from lateen.planner.gateway_api.listener import read_listeners
from lateen.planner.gateway_api.status import GatewayStatus

HTTP = "{name: a, port: 80, protocol: HTTP}"
READY = Reach("edge", True, (("IPAddress", "10.0.0.1"),), (80, 15021), True)


def status(*reached: Reach, listeners: str = HTTP, more: str = "", attached: int = 0) -> GatewayStatus:
    found = decode(gateway_api("Gateway", "g", f"{{gatewayClassName: istio, listeners: [{listeners}]{more}}}"))
    gateway = api_gateway(found, read_listeners(found, lambda to: False, lambda key: ""))
    return gateway_status(gateway, {"a": attached}, reached)


def said(found: GatewayStatus) -> dict[str, tuple[bool, str]]:
    return {one.type: (one.holds, one.reason) for one in found.conditions}


def test_a_gateway_with_a_ready_proxy_is_programmed_with_its_address():
    found = status(READY, attached=2)
    assert said(found) == {"Accepted": (True, "Accepted"), "Programmed": (True, "Programmed")}
    assert found.addresses == (("IPAddress", "10.0.0.1"),) and found.listeners[0].attached == 2
    assert {one.type: one.holds for one in found.listeners[0].conditions} == {
        "Accepted": True,
        "Conflicted": False,
        "Programmed": True,
        "ResolvedRefs": True,
    }


@pytest.mark.parametrize(
    ("reached", "reason"),
    [
        (Reach("edge"), "AddressNotUsable"),
        (Reach("edge", True, (("IPAddress", "10.0.0.1"),), (8080,), True), "AddressNotUsable"),
        (Reach("edge", True, (), (80,), True), "AddressNotAssigned"),
        (Reach("edge", True, (("IPAddress", "10.0.0.1"),), (80,), False), "Pending"),
    ],
)
def test_until_it_can_be_reached_it_is_not_programmed(reached, reason):
    found = status(reached)
    assert said(found)["Programmed"] == (False, reason)
    assert not next(one.holds for one in found.listeners[0].conditions if one.type == "Programmed")


def test_a_listener_that_does_not_work_is_told_and_the_others_are_programmed():
    found = status(READY, listeners=f"{HTTP}, {{name: b, port: 81, protocol: UDP}}")
    assert said(found) == {"Accepted": (True, "ListenersNotValid"), "Programmed": (True, "Programmed")}
    broken = {one.type: (one.holds, one.reason) for one in found.listeners[1].conditions}
    assert broken["Accepted"] == (False, "UnsupportedProtocol") and broken["Programmed"] == (False, "Invalid")


def test_without_a_valid_listener_nothing_is_accepted():
    found = status(READY, listeners="{name: b, port: 81, protocol: UDP}")
    assert said(found) == {"Accepted": (False, "ListenersNotValid"), "Programmed": (False, "Invalid")}


def test_an_address_of_another_type_is_not_accepted():
    found = status(READY, more=", addresses: [{type: example.com/Other, value: x}]")
    assert said(found)["Accepted"] == (False, "UnsupportedAddress")
