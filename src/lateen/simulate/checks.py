"""What a call has to pass before it is sent on: the filters of authorization, in their order."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from msgspec.structs import replace

from lateen.proto import types
from lateen.simulate.call import Call
from lateen.simulate.proxy import Proxy, unpack
from lateen.simulate.rbac import Attributes, Verdict, judge
from lateen.simulate.routes import Request
from lateen.simulate.trail import Trail

_RBAC = "envoy.extensions.filters.{}.rbac.v3.RBAC"
_ASKING = "envoy.extensions.filters.{}.ext_authz.v3.ExtAuthz"
_NOTED = "shadow_effective_policy_id"
KINDS = frozenset(form.format(side) for form in (_RBAC, _ASKING) for side in ("http", "network"))


def of_connection(call: Call, encrypted: bool) -> Attributes:
    """What rules can read of a call whose bytes nobody understands. `encrypted`: TLS ended at the proxy."""
    proved = encrypted and call.tls == "mtls"
    return Attributes(
        identity=call.identity if proved else "",
        address=call.client,
        original=call.client,
        destination=call.address,
        port=call.port,
        server_name=call.server_name if call.tls != "plaintext" else "",
    )


def of_request(call: Call, request: Request, manager: Any, encrypted: bool) -> Attributes:
    """What rules can read of a call's request."""
    return replace(
        of_connection(call, encrypted),
        original=_original(call, request, manager),
        path=request.path,
        headers=request.headers,
        metadata=request.metadata,
    )


def _original(call: Call, request: Request, manager: Any) -> str:
    """A proxy at the edge trusts the connection, any other the last address of x-forwarded-for."""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if manager.use_remote_address.value or not told:
        return call.client
    try:
        return str(ip_address(told))
    except ValueError:
        return call.client


def passes(proxy: Proxy, filters: Iterable[Any], call: Attributes, trail: Trail, *, answer: int = 403) -> bool:
    """Note what filters of authorization make of a call; say whether it passes them. `answer`: its status if not, 0
    to bytes."""
    for each in filters:
        kind = types.message_name(each.typed_config.type_url)
        if kind in KINDS and kind.endswith("RBAC"):
            config = unpack(each.typed_config)
            verdict = judge(config, call)
            call = _noting(each.name, config, verdict, call)
            _say(proxy, each.name, verdict, trail)
            if not verdict.allowed:
                why = f"{verdict.rule} denies it" if verdict.rule else "no rule allows it"
                origin = proxy.rule_origin(verdict.rule)
                trail.step("filter", each.name, why, origin, rule=verdict.rule, failure="denied", status=answer)
                return False
        elif kind in KINDS and _is_asked(unpack(each.typed_config), call):
            trail.step("filter", each.name, "somebody else decides")
    return True


def _say(proxy: Proxy, name: str, verdict: Verdict, trail: Trail) -> None:
    if verdict.noted:
        why = f"{verdict.noted} takes it, and decides nothing"
        trail.step("filter", name, why, proxy.rule_origin(verdict.noted))
    if verdict.rule and verdict.allowed:
        why = f"{verdict.rule} takes it"
        trail.step("filter", name, why, proxy.rule_origin(verdict.rule), rule=verdict.rule)


def _noting(name: str, config: Any, verdict: Verdict, call: Attributes) -> Attributes:
    if not verdict.noted:
        return call
    found = {**call.metadata.get(name, {}), f"{config.shadow_rules_stat_prefix}{_NOTED}": verdict.noted}
    return replace(call, metadata={**call.metadata, name: found})


def _is_asked(config: Any, call: Attributes) -> bool:
    enabled = config.filter_enabled_metadata
    noted = call.metadata.get(enabled.filter, {}).get(enabled.path[0].key, "") if enabled.path else ""
    return bool(noted) and str(noted).startswith(enabled.value.string_match.prefix)
