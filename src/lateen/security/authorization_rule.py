"""Rules of an AuthorizationPolicy: as requests are held against them, and connections of unknown bytes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """Yield rules as they are for connections, of which nothing of HTTP is known.

    https://istio.io/latest/docs/concepts/security/#using-istio-authorization-on-plain-tcp-protocols
    """
    return as_known(rules, action, _of_requests)


def as_known(rules: Iterable[Rule], action: Action, unknown: Callable[[Expression], bool]) -> Iterator[Rule]:
    """Yield rules as they are where some attributes are `unknown`. To be on the safe side, an ALLOW rule that reads one
    takes nothing, any other rule takes what the rest of it takes."""
    for rule in rules:
        if not any(_reads(part, unknown) for part in (*rule.permissions, *rule.principals)):
            yield rule
        elif action != "ALLOW":
            permissions = tuple(_without(part, unknown) for part in rule.permissions)
            principals = tuple(_without(part, unknown) for part in rule.principals)
            yield structs.replace(rule, permissions=permissions, principals=principals)


def _of_requests(one: Expression) -> bool:
    return isinstance(one, Header | Path | PathTemplate) or (isinstance(one, Metadata) and one.filter == FILTER)


def _reads(expression: Expression, unknown: Callable[[Expression], bool]) -> bool:
    match expression:
        case Not(of):
            return _reads(of, unknown)
        case AllOf(parts) | AnyOf(parts):
            return any(_reads(one, unknown) for one in parts)
    return unknown(expression)


def _without(expression: Expression, unknown: Callable[[Expression], bool]) -> Expression:
    parts = expression.all_of if isinstance(expression, AllOf) else (expression,)
    return _all([one for one in parts if not _reads(one, unknown)])


def _all(parts: list[Expression]) -> Expression:
    return AllOf(tuple(parts) or (Anything(),))
