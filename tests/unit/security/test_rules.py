from worlds import istio

from lateen.kinds.decode import decode
from lateen.reactive import Engine
from lateen.security.peer_authentication import PeerModes, PeerPolicy
from lateen.security.rules import build_peer_security, policy
from lateen.store.store import Store


def test_a_policy_is_read_with_unset_modes_left_open():
    spec = "{selector: {matchLabels: {app: db}}, portLevelMtls: {3306: {mode: DISABLE}, 80: {mode: UNSET}}}"
    found = policy(decode(istio("PeerAuthentication", "db", spec, created="2020-01-01T00:00:00Z")))
    assert found == PeerPolicy(
        namespace="shop",
        name="db",
        created="2020-01-01T00:00:00Z",
        selector={"app": "db"},
        ports={3306: "DISABLE", 80: None},
        origin=found.origin,
    )
    assert str(found.origin) == "PeerAuthentication shop/db"


def test_rules_come_from_the_namespace_and_the_root():
    engine = Engine()
    store = Store(engine)
    security = build_peer_security(engine, store)
    names = engine.input("names")
    modes = engine.map("modes", names, lambda read, key, _: security.rules(read, key, "istio-system").modes({}))
    names.put("shop", True)
    engine.settle()
    assert modes.get("shop") == PeerModes("PERMISSIVE")
    store.put(istio("PeerAuthentication", "default", "{mtls: {mode: STRICT}}", namespace="istio-system"))
    engine.settle()
    assert modes.get("shop") == PeerModes("STRICT")
    store.put(istio("PeerAuthentication", "default", "{mtls: {mode: DISABLE}}"))
    engine.settle()
    assert modes.get("shop") == PeerModes("DISABLE")
