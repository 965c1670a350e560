"""Rules of authorization as Envoy's RBAC: requests and connections are held against the same messages.

https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/rbac/v3/rbac.proto
"""

import functools
from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from typing import Any, NamedTuple

from lateen.envoy.fields import Extension, encode, extend
from lateen.envoy.matching import header, text
from lateen.plan.authorization import (
    AllOf,
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
from lateen.plan.matching import NamedMatch, StringMatch
from lateen.proto.descriptors import message

_TEMPLATE = "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"


class _Terms(NamedTuple):
    """How a side of a rule names its operators: who calls, or what is asked for."""

    all_of: str
    any_of: str
    negation: str
    members: str


_ASKED = _Terms("and_rules", "or_rules", "not_rule", "rules")
_ASKING = _Terms("and_ids", "or_ids", "not_id", "ids")


def rules(target: Any, plan: Iterable[Rule], action: str) -> None:
    """Fill an envoy.config.rbac.v3.RBAC."""
    target.SetInParent()
    target.action = action
    for rule in plan:
        target.policies[rule.name].MergeFromString(_policy(rule))


def stage(config: Any, plan: Stage) -> None:
    """Fill an RBAC filter's configuration, of HTTP or of a connection."""
    if plan.rules is not None:
        rules(config.rules, plan.rules, plan.action)
    if plan.trial is not None:
        rules(config.shadow_rules, plan.trial, plan.action)
    config.shadow_rules_stat_prefix = plan.trial_prefix


@functools.lru_cache(maxsize=1 << 14)
def _policy(rule: Rule) -> bytes:
    """The encoded envoy.config.rbac.v3.Policy of a rule; its name is the key that it stands under."""
    target = message("envoy.config.rbac.v3.Policy")()
    for permission in rule.permissions:
        _fill(target.permissions.add(), permission, _ASKED)
    for principal in rule.principals:
        _fill(target.principals.add(), principal, _ASKING)
    return encode(target)


def _fill(target: Any, plan: Expression, terms: _Terms) -> None:
    """Fill a Permission or a Principal: the attributes that both know have the same names there."""
    match plan:
        case Anything():
            target.any = True
        case Not(of):
            _fill(getattr(target, terms.negation), of, terms)
        case AllOf(parts):
            _fill_each(getattr(target, terms.all_of), parts, terms)
        case AnyOf(parts):
            _fill_each(getattr(target, terms.any_of), parts, terms)
        case Header(name, how):
            header(target.header, NamedMatch(name, how))
        case Metadata():
            _metadata(target.metadata, plan)
        case Path(how):
            text(target.url_path.path, how)
        case _:
            _attribute(target, plan)


def _fill_each(owner: Any, parts: Sequence[Expression], terms: _Terms) -> None:
    owner.SetInParent()
    for part in parts:
        _fill(getattr(owner, terms.members).add(), part, terms)


def _attribute(target: Any, plan: Expression) -> None:
    match plan:
        case Peer(how):
            text(target.authenticated.principal_name, how)
        case ClientAddress(cidr, original):
            _range(target.remote_ip if original else target.direct_remote_ip, cidr)
        case DestinationAddress(cidr):
            _range(target.destination_ip, cidr)
        case DestinationPort(number):
            target.destination_port = number
        case ServerName(how):
            text(target.requested_server_name, how)
        case PathTemplate(template):
            extend(target.uri_template, Extension("uri-template", message(_TEMPLATE)(path_template=template)))


def _range(target: Any, cidr: str) -> None:
    network = ip_network(cidr, strict=False)
    target.address_prefix = cidr.partition("/")[0]
    target.prefix_len.value = network.prefixlen


def _metadata(target: Any, plan: Metadata) -> None:
    target.filter = plan.filter
    for key in plan.path:
        target.path.add(key=key)
    ways = []
    if plan.members:
        listed = message("envoy.type.matcher.v3.ValueMatcher")()
        _any_text(listed.list_match.one_of, plan.members)
        ways.append(listed)
    if plan.texts:
        alone = message("envoy.type.matcher.v3.ValueMatcher")()
        _any_text(alone, plan.texts)
        ways.append(alone)
    if len(ways) == 1:
        target.value.CopyFrom(ways[0])
    else:
        target.value.or_match.value_matchers.extend(ways)


def _any_text(target: Any, matches: Sequence[StringMatch]) -> None:
    if len(matches) == 1:
        text(target.string_match, matches[0])
        return
    for one in matches:
        text(target.or_match.value_matchers.add().string_match, one)
