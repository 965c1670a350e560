"""Rules of authorization, held against a call as Envoy's RBAC filters do it.

https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/rbac/v3/rbac.proto
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from msgspec import Struct

from lateen.simulate.proxy import unpack
from lateen.simulate.texts import header_matches, metadata_matches, text_matches


class Attributes(Struct, frozen=True, kw_only=True):
    """What rules can read of a call. `identity`: the URI that the client proved, "" = none. `address`: where the
    connection comes from, `original`: where the request does. `headers`, `path`: of a request, {} and "" of bytes.
    `metadata`: what filters found out, by filter."""

    identity: str
    address: str
    original: str
    destination: str
    port: int
    server_name: str = ""
    path: str = ""
    headers: Mapping[str, str] = {}
    metadata: Mapping[str, Any] = {}


class Verdict(NamedTuple):
    """What a filter says: `rule` is the rule that took the call, "" = none. `noted`: the same of rules that are only
    tried, None = there are none."""

    allowed: bool
    rule: str
    noted: str | None = None


def judge(config: Any, call: Attributes) -> Verdict:
    """Say what an RBAC filter's configuration, of HTTP or of a connection, makes of a call."""
    noted = _first(config.shadow_rules, call) if config.HasField("shadow_rules") else None
    if not config.HasField("rules"):
        return Verdict(True, "", noted)
    rule = _first(config.rules, call)
    action = type(config.rules).Action.Name(config.rules.action)
    allowed = action == "LOG" or bool(rule) == (action == "ALLOW")
    return Verdict(allowed, rule, noted)


def _first(rules: Any, call: Attributes) -> str:
    """The first of the rules that take a call, by name."""
    for name in sorted(rules.policies):
        policy = rules.policies[name]
        if any(_holds(one, call) for one in policy.permissions) and any(_holds(one, call) for one in policy.principals):
            return str(name)
    return ""


def _holds(one: Any, call: Attributes) -> bool:
    """Say whether a Permission or a Principal holds."""
    kind = one.WhichOneof(one.DESCRIPTOR.oneofs[0].name)
    value = getattr(one, kind)
    match kind:
        case "any":
            return bool(value)
        case "and_rules" | "and_ids":
            return all(_holds(part, call) for part in _parts(value))
        case "or_rules" | "or_ids":
            return any(_holds(part, call) for part in _parts(value))
        case "not_rule" | "not_id":
            return not _holds(value, call)
    return _ATTRIBUTES[kind](value, call)


def _parts(owner: Any) -> Any:
    return owner.rules if hasattr(owner, "rules") else owner.ids


def _within(cidr: Any, address: str) -> bool:
    block = ip_network(f"{cidr.address_prefix}/{cidr.prefix_len.value}", strict=False)
    return ip_address(address) in block


def _authenticated(value: Any, call: Attributes) -> bool:
    return bool(call.identity) and text_matches(value.principal_name, call.identity)


def _template(value: Any, call: Attributes) -> bool:
    template = unpack(value.typed_config).path_template
    written = re.escape(template).replace(r"\*\*", _PATH + "*").replace(r"\*", _SEGMENT + "+")
    return re.fullmatch(written, call.path) is not None


_SEGMENT = r"[a-zA-Z0-9\-._~%!$&'()+,;:@]"
_PATH = r"[a-zA-Z0-9\-._~%!$&'()+,;:@/]"


_ATTRIBUTES: Mapping[str, Callable[[Any, Attributes], bool]] = {
    "authenticated": _authenticated,
    "direct_remote_ip": lambda value, call: _within(value, call.address),
    "remote_ip": lambda value, call: _within(value, call.original),
    "destination_ip": lambda value, call: _within(value, call.destination),
    "destination_port": lambda value, call: bool(value == call.port),
    "requested_server_name": lambda value, call: text_matches(value, call.server_name),
    "header": lambda value, call: header_matches(value, call.headers.get(value.name.lower())),
    "url_path": lambda value, call: bool(call.path) and text_matches(value.path, call.path),
    "uri_template": _template,
    "metadata": lambda value, call: metadata_matches(value, call.metadata),
}
