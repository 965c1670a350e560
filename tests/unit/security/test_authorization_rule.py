import pytest
from worlds import decode_spec

from lateen.base.refs import Origin
from lateen.kinds.security.authorization_policy import Rule as KindRule
from lateen.plan.authorization import NEVER, AllOf, AnyOf, Anything, DestinationPort, Rule
from lateen.security.authorization_rule import nothing, over_tcp, read_rule

ORIGIN = Origin("AuthorizationPolicy", "shop", "p", "spec.rules[0]")


def rule(text: str) -> Rule:
    return read_rule(decode_spec(KindRule, text), "p", ORIGIN, ("td",))


def test_a_rule_of_nothing_takes_everything() -> None:
    found = rule("{}")
    assert found.permissions == found.principals == (AllOf((Anything(),)),)
    assert found.origin == ORIGIN


def test_a_policy_without_rules_takes_nothing() -> None:
    assert nothing("p", ORIGIN).permissions == nothing("p", ORIGIN).principals == (NEVER,)


def test_any_source_and_any_operation_suffice_and_every_condition_counts() -> None:
    found = rule(
        "{from: [{source: {namespaces: [a]}}, {source: {namespaces: [b]}}], to: [{operation: {methods: [GET]}}],"
        " when: [{key: destination.port, values: ['80']}, {key: source.ip, values: [10.0.0.1]}]}"
    )
    assert [len(one.all_of) for one in found.principals if isinstance(one, AllOf)] == [2, 2]
    (permission,) = found.permissions
    assert isinstance(permission, AllOf)
    assert permission.all_of[-1] == AnyOf((DestinationPort(80),))


HTTP = [
    "to: [{operation: {notMethods: [GET]}}]",
    "to: [{operation: {hosts: [a]}}]",
    "to: [{operation: {paths: ['/a/{*}']}}]",
    "from: [{source: {requestPrincipals: ['*']}}]",
    "when: [{key: 'request.headers[a]', values: [b]}]",
    "when: [{key: request.auth.audiences, notValues: [b]}]",
]
TCP = [
    "from: [{source: {principals: [a], remoteIpBlocks: [10.0.0.1]}}]",
    "to: [{operation: {ports: ['80']}}]",
    "when: [{key: 'experimental.envoy.filters.a[b]', values: [c]}]",
]


@pytest.mark.parametrize("text", HTTP)
def test_over_tcp_what_reads_http_is_allowed_to_nobody_and_denied_to_all(text: str) -> None:
    found = rule(text)
    assert list(over_tcp([found], "ALLOW")) == []
    for action in ("DENY", "AUDIT", "CUSTOM"):
        (left,) = over_tcp([found], action)  # type: ignore[arg-type]
        assert left.permissions == left.principals == (AllOf((Anything(),)),)


@pytest.mark.parametrize("text", TCP)
def test_over_tcp_all_else_stays(text: str) -> None:
    assert list(over_tcp([rule(text)], "ALLOW")) == list(over_tcp([rule(text)], "DENY")) == [rule(text)]


def test_over_tcp_a_denial_keeps_what_can_be_told() -> None:
    (left,) = over_tcp([rule("to: [{operation: {ports: ['80'], methods: [GET]}}]")], "DENY")
    assert left.permissions == (AllOf((AnyOf((DestinationPort(80),)),)),)
