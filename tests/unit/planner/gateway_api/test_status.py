from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.status import (
    ClassStatus,
    Condition,
    GatewayStatus,
    ListenerStatus,
    ParentStatus,
    PolicyStatus,
    RouteStatus,
    reference,
)

ACCEPTED = Condition("Accepted", True, "Accepted", "yes")
WRITTEN = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "yes", "observedGeneration": 3}


def test_a_route_is_told_of_each_parent():
    parent = ParentReference(group="", kind="Service", name="web", port=80)
    assert RouteStatus(3, (ParentStatus(parent, (ACCEPTED,)),)).raw() == {
        "parents": [
            {
                "parentRef": {"group": "", "kind": "Service", "name": "web", "port": 80},
                "controllerName": "istio.io/gateway-controller",
                "conditions": [WRITTEN],
            }
        ]
    }


def test_a_gateway_is_told_of_each_listener():
    listeners = (ListenerStatus("a", ("HTTPRoute",), 2, ()),)
    found = GatewayStatus(Key("infra", "g"), 3, (("IPAddress", "10.0.0.1"),), (ACCEPTED,), listeners)
    assert found.raw() == {
        "attachedListenerSets": 0,
        "addresses": [{"type": "IPAddress", "value": "10.0.0.1"}],
        "conditions": [WRITTEN],
        "listeners": [
            {
                "name": "a",
                "supportedKinds": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}],
                "attachedRoutes": 2,
                "conditions": [],
            }
        ],
    }


def test_a_class_tells_what_it_can_do_in_order():
    assert ClassStatus(3, (ACCEPTED,), ("b", "a")).raw()["supportedFeatures"] == [{"name": "a"}, {"name": "b"}]


def test_a_reference_says_what_was_said():
    said = ParentReference(name="g", namespace="far", section_name="s")
    assert reference(said) == {
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "name": "g",
        "namespace": "far",
        "sectionName": "s",
    }


def test_a_policy_is_told_of_each_gateway_and_there_is_room_for_sixteen():
    gateways = tuple(Key("infra", f"g{at}") for at in range(20))
    found = PolicyStatus(3, gateways, (Condition("Accepted", True, "Accepted", "yes"),)).raw()
    assert len(found["ancestors"]) == 16
    first = found["ancestors"][0]
    assert first["ancestorRef"] == {"group": GROUP, "kind": "Gateway", "namespace": "infra", "name": "g0"}
    assert first["conditions"][0]["observedGeneration"] == 3
