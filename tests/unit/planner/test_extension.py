from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy
from lateen.planner.extension import ExtensionRules, extended, extension_rules

TCP = Chain(name="tcp", match=ChainMatch(port=90), proxy=TcpProxy(stat_prefix="b", upstreams=(("b", 100),)))


def rules(spec: str = "", name: str = "x") -> ExtensionRules | None:
    return extension_rules(decode(istio("TrafficExtension", name, f"{{lua: {{inlineCode: code}}{spec}}}")))


def http(port: int = 0) -> Chain:
    return Chain(name=f"http-{port}", match=ChainMatch(port=port), proxy=HttpProxy(stat_prefix="a", route_name="80"))


def listener(direction: str, *chains: Chain, virtual: bool = False, default: Chain | None = None) -> Listener:
    return Listener(name="l", address="0.0.0.0", port=80, direction=direction, chains=chains, default_chain=default,
                    use_original_dst=virtual)  # fmt: skip


def scripts(found: Listener) -> list[list[str]]:
    return [
        [one.name for one in chain.proxy.extensions] for chain in found.chains if isinstance(chain.proxy, HttpProxy)
    ]


def hit(spec: str, *listeners: Listener) -> list[list[list[str]]]:
    return [scripts(extended(one, [rules(spec)])) for one in listeners]


def test_a_script_knows_its_object_and_field():
    script = rules(", phase: STATS").content
    assert (script.name, script.code, script.phase) == ("shop.x", "code", "STATS")
    assert str(script.origin) == "TrafficExtension shop/x spec.lua.inlineCode"


def plugin(spec: str = "", **wasm: str) -> ExtensionRules | None:
    return extension_rules(decode(istio("WasmPlugin", "x", f"{{url: 'https://a.x/m.wasm'{spec}}}")))


def test_a_module_has_a_place_by_the_name_of_its_object():
    found = plugin(", phase: AUTHZ, failStrategy: FAIL_OPEN, priority: 3")
    place = found.content
    assert (place.name, place.phase, place.fails_open) == ("extensions.istio.io/wasmplugin/shop.x", "AUTHZ", True)
    assert (found.order, plugin().content.phase, plugin().content.fails_open) == (
        (-3, "x", "shop"),
        "UNSPECIFIED",
        False,
    )
    wasm = "{wasm: {url: a.x/m}, phase: STATS}"
    other = extension_rules(decode(istio("TrafficExtension", "x", wasm))).content
    assert (other.name, other.phase) == ("extensions.istio.io/trafficextension/shop.x", "STATS")


def test_a_plug_in_may_have_one_target():
    gateway = "{group: gateway.networking.k8s.io, kind: Gateway, name: front}"
    assert plugin(f", targetRef: {gateway}").selectors == ({"gateway.networking.k8s.io/gateway-name": "front"},)
    assert plugin(", targetRef: {kind: Service, name: web}") is None


def test_a_module_for_bytes_sees_every_chain_and_one_for_requests_http_only():
    bytes_only, requests = plugin(", type: NETWORK"), plugin(", type: HTTP")
    changed = extended(listener("OUTBOUND", http(), TCP), [bytes_only, requests])
    assert [chain.modules for chain in changed.chains] == [(bytes_only.content,)] * 2
    assert changed.chains[0].proxy.extensions == (requests.content,)


def test_without_a_match_it_sees_all_http_and_no_bytes():
    both = listener("OUTBOUND", http(), TCP), listener("INBOUND", http(8080), TCP, virtual=True, default=http())
    assert hit("", *both) == [[["shop.x"]], [["shop.x"]]]
    changed = extended(both[1], [rules()])
    assert changed.chains[1] == TCP and changed.default_chain.proxy.extensions == (rules().content,)


def test_a_mode_chooses_the_side():
    out, into = listener("OUTBOUND", http()), listener("INBOUND", http(8080), virtual=True)
    assert hit(", match: [{mode: CLIENT}]", out, into) == [[["shop.x"]], [[]]]
    assert hit(", match: [{mode: SERVER}]", out, into) == [[[]], [["shop.x"]]]
    assert hit(", match: [{mode: CLIENT_AND_SERVER}]", out, into) == [[["shop.x"]], [["shop.x"]]]


def test_ports_are_the_listeners_towards_others_and_the_chains_on_the_way_in():
    out, into = listener("OUTBOUND", http()), listener("INBOUND", http(8080), http(), virtual=True)
    assert hit(", match: [{ports: [{number: 80}]}]", out, into) == [[["shop.x"]], [[], []]]
    assert hit(", match: [{ports: [{number: 8080}]}]", out, into) == [[[]], [["shop.x"], []]]


def test_any_of_its_matches_is_enough():
    out, into = listener("OUTBOUND", http()), listener("INBOUND", http(8080), virtual=True)
    match = ", match: [{mode: CLIENT, ports: [{number: 81}]}, {mode: SERVER}]"
    assert hit(match, out, into) == [[[]], [["shop.x"]]]


def test_the_highest_priority_runs_first_then_names_decide():
    found = [rules(name="b"), rules(", priority: 5", name="c"), rules(name="a"), rules(", priority: -1", name="0")]
    assert [one.name for one in sorted(found, key=lambda one: one.order)] == ["c", "a", "b", "0"]


def test_a_gateway_is_selected_by_its_name_and_other_targets_select_nothing_here():
    to = ", targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]"
    assert rules(to).selects({"gateway.networking.k8s.io/gateway-name": "front"})
    assert not rules(to).selects({})
    assert rules(", targetRefs: [{kind: Service, name: web}]") is None


def test_what_nobody_extends_stays_the_same_object():
    plain = listener("OUTBOUND", http())
    assert extended(plain, []) is plain
