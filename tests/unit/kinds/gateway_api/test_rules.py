from lateen.kinds.gateway_api.rules import names_faults


def test_rules_have_names_of_their_own() -> None:
    assert [fault.path for fault in names_faults("spec.rules", ["a", "", "a", ""])] == ["spec.rules[2].name"]


def test_connections_go_somewhere(paths):
    assert paths("UDPRoute", {"rules": [{"backendRefs": []}]}) == ["spec.rules[0].backendRefs"]
