from typing import Any

from lateen.plan.authorization import NO_AUTHORIZATION, Consultation, Provider, Rule, Stage
from lateen.security.authorization import GATEWAY_NAME, Policy, compose

ASK = Provider(name="a", protocol="grpc", upstream="up", authority="a", port=1, timeout_ms=1)
ASK_HTTP = Provider(name="a", protocol="http", upstream="up", authority="a", port=1, timeout_ms=1)


def policy(name: str, action: Any = "ALLOW", **fields: Any) -> Policy:
    rules = (Rule(name=name, permissions=(), principals=()),)
    return Policy(namespace="shop", name=name, action=action, **{"http": rules, "tcp": rules} | fields)


def names(rules: tuple[Rule, ...] | None) -> list[str] | None:
    return None if rules is None else [rule.name for rule in rules]


def stages(*policies: Policy) -> list[tuple[str, list[str] | None, list[str] | None, str]]:
    found = compose(policies, lambda name: None).http.stages
    return [(one.action, names(one.rules), names(one.trial), one.trial_prefix) for one in found]


def test_without_policies_nothing_is_checked() -> None:
    assert compose([], lambda name: ASK) == NO_AUTHORIZATION


def test_audit_is_first_then_deny_then_allow() -> None:
    found = stages(policy("c"), policy("b", "DENY"), policy("a", "AUDIT"), policy("d"))
    assert [(action, rules) for action, rules, *_ in found] == [("LOG", ["a"]), ("DENY", ["b"]), ("ALLOW", ["c", "d"])]


def test_what_is_only_tried_stands_beside_what_is_enforced() -> None:
    assert stages(policy("a"), policy("b", trial=True)) == [("ALLOW", ["a"], ["b"], "istio_dry_run_allow_")]
    assert stages(policy("b", "DENY", trial=True)) == [("DENY", None, ["b"], "istio_dry_run_deny_")]


def test_an_allow_policy_without_rules_for_connections_allows_none() -> None:
    (stage,) = compose([policy("a", tcp=())], lambda name: None).tcp.stages
    assert stage.rules == ()


def test_who_is_asked_is_told_by_the_names_of_rules() -> None:
    (one,) = compose([policy("p", "CUSTOM", provider="a")], lambda name: ASK).http.custom
    assert isinstance(one, Consultation)
    assert (one.mark, names(one.stage.trial), one.stage.rules) == ("istio-ext-authz-a", ["istio-ext-authz-a-p"], None)
    assert one.stage.trial_prefix == "istio_ext_authz_"


def test_what_nobody_can_be_asked_about_is_denied() -> None:
    (one,) = compose([policy("p", "CUSTOM", provider="a")], lambda name: None).http.custom
    assert isinstance(one, Stage)
    assert (one.action, names(one.rules)) == ("DENY", ["istio-ext-authz-a-p-deny-due-to-bad-CUSTOM-action"])


def test_several_providers_are_asked_only_where_the_mesh_lets_them() -> None:
    both = [policy("p", "CUSTOM", provider="a"), policy("q", "CUSTOM", provider="b")]
    assert [type(one) for one in compose(both, lambda name: ASK).http.custom] == [Stage, Stage]
    assert [type(one) for one in compose(both, lambda name: ASK, several=True).http.custom] == [Consultation] * 2


def test_about_connections_only_grpc_can_be_asked() -> None:
    custom = [policy("p", "CUSTOM", provider="a")]
    assert len(compose(custom, lambda name: ASK).tcp.custom) == 1
    assert compose(custom, lambda name: ASK_HTTP).tcp.custom == ()
    assert len(compose(custom, lambda name: None).tcp.custom) == 1


def test_a_selector_takes_workloads_with_all_its_labels() -> None:
    one = policy("p", selector={"app": "web", "v": "1"})
    assert one.is_for("shop", {"app": "web", "v": "1", "x": "y"})
    assert not one.is_for("shop", {"app": "web"})
    assert list(one.buckets) == [("shop", "app", "web")]
    assert one.labels == ("app", "v")


def test_a_policy_of_a_gateway_is_for_its_proxies_only() -> None:
    one = policy("p", gateways=("edge",))
    assert one.is_for("shop", {GATEWAY_NAME: "edge"})
    assert not one.is_for("bank", {GATEWAY_NAME: "edge"})
    assert not one.is_for("shop", {})
    assert list(one.buckets) == [("shop", GATEWAY_NAME, "edge")]
    assert one.labels == (GATEWAY_NAME,)


def test_without_selector_it_is_for_all() -> None:
    assert list(policy("p").buckets) == [("shop", "", "")]
    assert policy("p").is_for("bank", {})
