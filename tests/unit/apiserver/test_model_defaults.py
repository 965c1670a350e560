from lateen.apiserver.model_defaults import status_default, with_defaults
from lateen.kinds.all import by_kind

ROUTE, GATEWAY = by_kind("HTTPRoute"), by_kind("Gateway", "gateway.networking.k8s.io")


def test_defaults_are_written_where_their_holder_is() -> None:
    spec = {"parentRefs": [{"name": "g"}], "rules": [{"backendRefs": [{"name": "a", "port": 80}]}]}
    found = with_defaults(ROUTE, {"spec": spec})["spec"]
    assert found["parentRefs"] == [{"name": "g", "group": "gateway.networking.k8s.io", "kind": "Gateway"}]
    assert found["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert found["rules"][0]["backendRefs"] == [{"name": "a", "port": 80, "kind": "Service", "weight": 1}]
    assert "timeouts" not in found["rules"][0]


def test_what_is_set_stays_and_twice_changes_nothing_more() -> None:
    listener = {"name": "a", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    once = with_defaults(GATEWAY, {"spec": {"gatewayClassName": "istio", "listeners": [listener]}})
    assert once["spec"]["listeners"] == [listener]
    assert with_defaults(GATEWAY, once) == once


def test_a_gateway_waits_for_its_controller() -> None:
    conditions = status_default(GATEWAY)["conditions"]
    assert [(each["type"], each["status"]) for each in conditions] == [
        ("Accepted", "Unknown"),
        ("Programmed", "Unknown"),
    ]
    assert status_default(ROUTE) == {}
