from api_gateways import gateway
from worlds import gateway_api

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.planner.gateway_api.listener_set_status import is_attached, listener_set_status
from lateen.planner.gateway_api.status import Condition, ListenerSetStatus

KEY = Key("shop", "s")
PROGRAMMED = Condition("Programmed", True, "Programmed", "")
OWN = "{name: http, port: 80, protocol: HTTP}"


def status(*listeners: str, attached: bool = True) -> tuple[dict[str, tuple[bool, str]], ListenerSetStatus, bool]:
    found = decode(gateway_api("ListenerSet", "s", f"{{parentRef: {{name: g}}, listeners: [{', '.join(listeners)}]}}"))
    parent = gateway(OWN, sets=[found] if attached else [])
    told = listener_set_status(KEY, 4, parent, {"shop.s.a": 2}, PROGRAMMED)
    return {one.type: (one.holds, one.reason) for one in told.conditions}, told, is_attached(parent, KEY)


A, TAKEN = "{name: a, port: 81, protocol: HTTP}", "{name: b, port: 80, protocol: HTTP}"


def test_a_set_is_as_its_gateway():
    said, told, counts = status(A)
    assert said == {"Accepted": (True, "Accepted"), "Programmed": (True, "Programmed")} and counts
    assert told.generation == 4 and [(one.name, one.attached) for one in told.listeners] == [("a", 2)]


def test_one_listener_that_works_is_enough():
    said, told, counts = status(A, TAKEN)
    assert said["Accepted"] == (True, "ListenersNotValid") and counts
    lost = {one.type: (one.holds, one.reason) for one in told.listeners[1].conditions}
    assert lost["Accepted"] == (False, "HostnameConflict")


def test_without_any_it_is_not_accepted():
    said, _, counts = status(TAKEN)
    assert said["Accepted"] == said["Programmed"] == (False, "ListenersNotValid") and not counts


def test_a_set_that_is_not_allowed_is_told():
    said, told, counts = status(A, attached=False)
    assert said["Accepted"] == said["Programmed"] == (False, "NotAllowed") and not told.listeners and not counts
