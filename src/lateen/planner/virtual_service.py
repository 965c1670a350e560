"""From VirtualServices to rules: one front door to the plan.

https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from lateen.base.hosts import fqdn
from lateen.base.refs import Origin
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.kinds.networking.virtual_service import VirtualServiceSpec
from lateen.kinds.object import Object
from lateen.planner.connection_rules import connection_rules
from lateen.planner.header_changes import plan_changes
from lateen.planner.http_action import read_action
from lateen.planner.http_rule import HttpRule, Match
from lateen.planner.matches import plan_match, where
from lateen.planner.route_policies import plan_cors, plan_fault
from lateen.planner.site import MESH_GATEWAY, gateway_names
from lateen.planner.traffic import Traffic
from lateen.registry.visibility import export_to

ROUTE_SEMANTICS = "internal.istio.io/route-semantics"
MERGE = "lateen.dev/merge"


class WrittenRule(Struct, frozen=True):
    """A rule for HTTP as written, and where."""

    route: HTTPRoute
    origin: Origin


class VirtualService(Struct, frozen=True):
    """A VirtualService: its `rules` but for those for HTTP, which stand in `http` as written: they may name delegates.
    Without hosts it is a delegate itself."""

    rules: Traffic
    http: tuple[WrittenRule, ...]


def virtual_service(found: Object, default_exports: tuple[str, ...]) -> VirtualService:
    """Resolve the names in a VirtualService: hosts and gateways are relative to its namespace."""
    spec: VirtualServiceSpec = found.model.spec
    rules = Traffic(
        namespace=found.namespace,
        name=found.name,
        hosts=tuple(dict.fromkeys(fqdn(host, found.namespace).lower() for host in spec.hosts)),
        gateways=gateway_names(spec.gateways, found.namespace) or (MESH_GATEWAY,),
        exports=export_to(spec.export_to, found.namespace, default_exports),
        tls=connection_rules(found, "tls", spec.tls),
        tcp=connection_rules(found, "tcp", spec.tcp),
        gateway_semantics=found.annotations.get(ROUTE_SEMANTICS) == "gateway",
        merges=found.annotations.get(MERGE) == "true",
        created=found.created,
        origin=found.origin,
    )
    http = (WrittenRule(rule, found.origin_at(f"spec.http[{index}]")) for index, rule in enumerate(spec.http))
    return VirtualService(rules, tuple(http))


def traffic(found: VirtualService) -> Traffic:
    """Read a VirtualService whose delegates' rules stand in their places."""
    read = (_rule(one, found.rules.namespace) for one in found.http)
    return replace(found.rules, http=tuple(rule for rule in read if rule))


def _rule(written: WrittenRule, namespace: str) -> HttpRule | None:
    """Read a rule; None where it does nothing."""
    route = written.route
    action = read_action(route, namespace)
    if action is None:
        return None
    changes = plan_changes(route.headers)
    return HttpRule(
        action=action,
        matches=tuple(_matches(route.match, namespace)),
        name=route.name,
        request_headers=changes.request,
        response_headers=changes.response,
        fault=plan_fault(route.fault),
        cors=plan_cors(route.cors_policy),
        origin=written.origin,
    )


def _matches(written: Iterable[HTTPMatchRequest], namespace: str) -> Iterator[Match]:
    for one in written:
        yield Match(request=plan_match(one), where=where(one, namespace), name=one.name, stat_prefix=one.stat_prefix)
    if not written:
        yield Match()
