from hypothesis import given
from hypothesis import strategies as st

from lateen.security.peer_authentication import NO_RULES, PeerModes, PeerPolicy, compose, decide


def policy(name, mode=None, created="", selector=None, ports=None, namespace="shop"):
    return PeerPolicy(
        namespace=namespace, name=name, mode=mode, created=created, selector=selector or {}, ports=ports or {}
    )


def test_without_policies_everything_is_permissive():
    assert compose([], []) is NO_RULES
    assert NO_RULES.modes({"app": "x"}) == PeerModes("PERMISSIVE")


def test_a_namespace_overrides_the_mesh():
    rules = compose([policy("default", "STRICT")], [policy("default", "PERMISSIVE")])
    assert rules.modes({}).mode == "PERMISSIVE"


def test_an_unset_namespace_inherits_from_the_mesh():
    assert compose([policy("default", "STRICT")], [policy("default")]).modes({}).mode == "STRICT"


def test_a_workload_overrides_its_namespace_and_others_do_not_notice():
    rules = compose([], [policy("all", "STRICT"), policy("one", "DISABLE", selector={"app": "db"})])
    assert rules.modes({"app": "db"}).mode == "DISABLE"
    assert rules.modes({"app": "web"}).mode == "STRICT"


def test_a_port_overrides_its_workload():
    rules = compose([], [policy("one", "STRICT", selector={"app": "db"}, ports={3306: "DISABLE", 80: None})])
    modes = rules.modes({"app": "db"})
    assert [modes.at(port) for port in (3306, 80, 81)] == ["DISABLE", "STRICT", "STRICT"]


def test_the_oldest_of_two_policies_counts_at_every_level():
    old, new = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"
    mesh = [policy("a", "DISABLE", created=new), policy("b", "STRICT", created=old)]
    assert compose(mesh, []).modes({}).mode == "STRICT"
    chosen = {"app": "db"}
    own = [policy("a", "DISABLE", new, chosen), policy("b", "PERMISSIVE", old, chosen)]
    assert compose(mesh, own).modes(chosen).mode == "PERMISSIVE"


def test_of_two_policies_of_one_age_the_first_by_name_counts():
    assert compose([policy("b", "STRICT"), policy("a", "DISABLE")], []).modes({}).mode == "DISABLE"


def test_a_selector_in_the_root_namespace_says_nothing_to_the_mesh():
    assert compose([policy("one", "STRICT", selector={"app": "foo"})], []).modes({"app": "foo"}).mode == "PERMISSIVE"


POLICIES = st.builds(
    PeerPolicy,
    namespace=st.just("shop"),
    name=st.sampled_from("abc"),
    created=st.sampled_from(["2019", "2020"]),
    selector=st.sampled_from([{}, {"app": "web"}, {"app": "api"}]),
    mode=st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE", None]),
    ports=st.dictionaries(st.sampled_from([80, 81]), st.sampled_from(["STRICT", "DISABLE", None]), max_size=2),
)


@given(st.lists(POLICIES, max_size=3), st.lists(POLICIES, max_size=3), st.sampled_from([80, 81, 82]))
def test_who_decides_decides_what_is_composed(mesh: list[PeerPolicy], own: list[PeerPolicy], port: int) -> None:
    labels = {"app": "web"}
    decision = decide(mesh, own, labels, port)
    assert decision.mode == compose(mesh, own).modes(labels).at(port)
    assert decision.policy is None or decision.mode in (decision.policy.mode, decision.policy.ports.get(port))
