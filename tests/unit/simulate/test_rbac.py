from typing import Any

import pytest

from lateen.envoy.rbac import stage
from lateen.plan.authorization import (
    AnyOf,
    Anything,
    ClientAddress,
    DestinationAddress,
    DestinationPort,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Peer,
    Rule,
    ServerName,
    Stage,
)
from lateen.plan.matching import StringMatch
from lateen.proto.descriptors import message
from lateen.simulate.rbac import Attributes, Verdict, judge

CALL = Attributes(
    identity="spiffe://td/ns/a/sa/b",
    address="10.0.0.1",
    original="192.0.2.1",
    destination="10.9.0.1",
    port=80,
    server_name="a.com",
    path="/a/b",
    headers={":method": "GET", "x-a": "1"},
    metadata={"f": {"k": {"text": "v", "list": ["v", "w"]}}},
)
ALL = Anything()
V, ANY = StringMatch("exact", "v"), StringMatch("regex", ".+")


def rule(name: str, permission: Expression = ALL, principal: Expression = ALL) -> Rule:
    return Rule(name=name, permissions=(permission,), principals=(principal,))


def judged(plan: Stage, call: Attributes = CALL) -> Verdict:
    config: Any = message("envoy.extensions.filters.http.rbac.v3.RBAC")()
    stage(config, plan)
    return judge(config, call)


def holds(expression: Expression, call: Attributes = CALL) -> bool:
    of_who = isinstance(expression, Peer | ClientAddress)
    made = rule("r", principal=expression) if of_who else rule("r", expression)
    return judged(Stage(action="ALLOW", rules=(made,)), call).allowed


@pytest.mark.parametrize(
    ("expression", "other"),
    [
        (Peer(StringMatch("exact", CALL.identity)), Peer(V)),
        (ClientAddress("10.0.0.0/8"), ClientAddress("192.0.2.1")),
        (ClientAddress("192.0.2.1", original=True), ClientAddress("10.0.0.1", original=True)),
        (DestinationAddress("10.9.0.0/16"), DestinationAddress("::/0")),
        (DestinationPort(80), DestinationPort(81)),
        (ServerName(StringMatch("suffix", ".com")), ServerName(V)),
        (Header("X-A", StringMatch("present")), Header("x-b", StringMatch("present"))),
        (Header(":method", StringMatch("exact", "GET")), Header(":method", StringMatch("exact", "get"))),
        (Path(StringMatch("prefix", "/a")), Path(V)),
        (PathTemplate("/*/b"), PathTemplate("/*")),
        (PathTemplate("/**"), PathTemplate("/a/*/b")),
        (Metadata("f", ("k", "text"), texts=(V,)), Metadata("f", ("k", "list"), texts=(V,))),
        (Metadata("f", ("k", "list"), members=(V,)), Metadata("f", ("k", "text"), members=(V,))),
        (Metadata("f", ("k", "list"), texts=(V,), members=(V,)), Metadata("g", ("k",), texts=(ANY,), members=(ANY,))),
        (AnyOf((DestinationPort(1), DestinationPort(80))), Not(DestinationPort(80))),
    ],
)
def test_an_expression_takes_what_it_says_and_nothing_else(expression: Expression, other: Expression) -> None:
    assert holds(expression)
    assert not holds(other)


def test_who_proves_nothing_is_nobody() -> None:
    nobody = Attributes(identity="", address="10.0.0.1", original="10.0.0.1", destination="10.9.0.1", port=80)
    assert not holds(Peer(ANY), nobody)
    assert not holds(Path(ANY), nobody)


def test_the_first_rule_by_name_decides() -> None:
    plan = Stage(action="DENY", rules=(rule("b"), rule("a"), rule("0", DestinationPort(1))))
    assert judged(plan) == Verdict(False, "a")


def test_without_a_rule_that_takes_it_nothing_is_allowed_and_nothing_denied() -> None:
    assert judged(Stage(action="ALLOW", rules=())) == Verdict(False, "")
    assert judged(Stage(action="DENY", rules=())) == Verdict(True, "")
    assert judged(Stage(action="LOG", rules=(rule("a"),))) == Verdict(True, "a")


def test_what_is_only_tried_is_told_and_decides_nothing() -> None:
    assert judged(Stage(action="DENY", trial=(rule("a"),))) == Verdict(True, "", "a")
