from lateen.runtime.services import Backends, Endpoint, Front, changes, ruleset

WEB = Front("10.96.0.20", "tcp", 80)
DNS = Front("10.96.0.21", "udp", 53)
ONE, TWO = Endpoint("10.244.0.5", 8080), Endpoint("10.244.0.6", 8080)


def test_equal_tables_need_no_commands():
    assert changes({WEB: Backends((ONE,))}, {WEB: Backends((ONE,))}) == ""


def test_one_endpoint_needs_no_dice():
    assert "dnat ip to 10.244.0.5:8080\n" in ruleset({WEB: Backends((ONE,))})


def test_several_endpoints_are_chosen_at_random():
    rules = ruleset({WEB: Backends((ONE, TWO))})
    assert "numgen random mod 2 map { 0 : 10.244.0.5 . 8080, 1 : 10.244.0.6 . 8080 }" in rules


def test_a_sticky_client_is_told_by_its_address():
    assert "jhash ip saddr mod 2" in ruleset({WEB: Backends((ONE, TWO), sticky=True)})


def test_a_port_without_endpoints_is_in_no_map():
    assert str(WEB.ip) not in ruleset({WEB: Backends(())})


def test_udp_and_tcp_are_told_apart():
    rules = ruleset({DNS: Backends((ONE,))})
    assert "meta l4proto udp dnat" in rules
    assert "10.96.0.21 . udp . 53 : goto udp-10.96.0.21-53" in rules


def test_a_change_touches_only_its_own_chain():
    before = {WEB: Backends((ONE,)), DNS: Backends((ONE,))}
    commands = changes(before, {**before, WEB: Backends((ONE, TWO))})
    assert "udp-10.96.0.21-53" not in commands
    assert "flush chain ip lateen-services tcp-10.96.0.20-80" in commands
    assert "add element ip lateen-services loops { 10.244.0.6 . 10.244.0.6 }" in commands
    assert " fronts " not in commands


def test_a_port_that_lost_its_last_endpoint_leaves_the_map_before_its_chain_goes():
    commands = changes({WEB: Backends((ONE,))}, {WEB: Backends(())}).splitlines()
    assert commands == [
        "delete element ip lateen-services fronts { 10.96.0.20 . tcp . 80 }",
        "delete chain ip lateen-services tcp-10.96.0.20-80",
        "delete element ip lateen-services loops { 10.244.0.5 . 10.244.0.5 }",
    ]
