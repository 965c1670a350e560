"""Rules of an AuthorizationPolicy: as requests are held against them, and connections of unknown bytes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import structs

from lateen.base.refs import Origin
from lateen.kinds.security.authorization_policy import Rule as KindRule
from lateen.plan.authorization import (
    NEVER,
    AllOf,
    AnyOf,
    Anything,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Rule,
)
from lateen.security.attributes import of_condition, of_operation, of_source, of_what_is_asked
from lateen.security.tokens import FILTER

Action = Literal["ALLOW", "DENY", "AUDIT", "CUSTOM"]


def read_rule(rule: KindRule, name: str, origin: Origin, domains: Sequence[str]) -> Rule:
    """Read a rule of the policy that `origin` names; `domains`: the mesh's trust domains, its own first."""
    namespace = origin.namespace
    asked: list[Expression] = []
    asking: list[Expression] = []
    for condition in rule.when:
        kept = asked if of_what_is_asked(condition) else asking
        kept += of_condition(condition, namespace, domains)
    operations = [of_operation(to.operation) for to in rule.to if to.operation is not None]
    sources = [of_source(one.source, namespace, domains) for one in rule.sources if one.source is not None]
    return Rule(
        name=name,
        permissions=tuple(_all([*found, *asked]) for found in operations or [iter(())]),
        principals=tuple(_all([*found, *asking]) for found in sources or [iter(())]),
        origin=origin,
    )


def nothing(name: str, origin: Origin) -> Rule:
    """Return the rule of a policy that has none: it takes nothing."""
    return Rule(name=name, permissions=(NEVER,), principals=(NEVER,), origin=origin)


def over_tcp(rules: Iterable[Rule], action: Action) -> Iterator[Rule]:
    """Yield rules as they are for connections. What reads HTTP cannot be told there: to be on the safe side, an ALLOW
    rule that does so takes nothing, any other rule takes what the rest of it takes.

    https://istio.io/latest/docs/concepts/security/#using-istio-authorization-on-plain-tcp-protocols
    """
    for rule in rules:
        parts = (*rule.permissions, *rule.principals)
        if not any(reads_http(part) for part in parts):
            yield rule
        elif action != "ALLOW":
            permissions, principals = (tuple(map(_without_http, of)) for of in (rule.permissions, rule.principals))
            yield structs.replace(rule, permissions=permissions, principals=principals)


def reads_http(expression: Expression) -> bool:
    """Say whether an expression needs a request, not only a connection."""
    match expression:
        case Not(of):
            return reads_http(of)
        case AllOf(parts) | AnyOf(parts):
            return any(reads_http(one) for one in parts)
        case Metadata(name):
            return name == FILTER
    return isinstance(expression, Header | Path | PathTemplate)


def _without_http(expression: Expression) -> Expression:
    parts = expression.all_of if isinstance(expression, AllOf) else (expression,)
    return _all([one for one in parts if not reads_http(one)])


def _all(parts: list[Expression]) -> Expression:
    return AllOf(tuple(parts) or (Anything(),))
