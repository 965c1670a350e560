"""GRPCRoute: where gRPC calls go.

https://gateway-api.sigs.k8s.io/reference/spec/#grpcroute
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import re2
from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.conditions import RouteStatus
from lateen.kinds.gateway_api.header_filters import (
    HTTPHeaderFilter,
    HTTPRequestMirrorFilter,
    header_faults,
    mirror_faults,
    once_faults,
    repeated,
    type_faults,
)
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, HeaderName, Hostname, PathText, SectionName
from lateen.kinds.gateway_api.references import (
    BackendRef,
    LocalObjectReference,
    ParentReference,
    backends_faults,
    parents_faults,
)
from lateen.kinds.gateway_api.rules import names_faults
from lateen.kinds.gateway_api.session_persistence import SessionPersistence, session_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec

MATCHES = 128
"""How many matches all rules of a route may have together."""
_SERVICE = re2.compile(r"^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$")
_METHOD = re2.compile(r"^[A-Za-z_][A-Za-z_0-9]*$")


class GRPCRouteFilter(Model, frozen=True, kw_only=True):
    """One filter: a type, and the setting of that type."""

    type: Literal["ResponseHeaderModifier", "RequestHeaderModifier", "RequestMirror", "ExtensionRef"]
    request_header_modifier: HTTPHeaderFilter | None = None
    response_header_modifier: HTTPHeaderFilter | None = None
    request_mirror: HTTPRequestMirrorFilter | None = None
    extension_ref: LocalObjectReference | None = None


class GRPCMethodMatch(Model, frozen=True, kw_only=True):
    """A service, a method, or both."""

    type: Literal["Exact", "RegularExpression"] = "Exact"
    service: PathText = ""
    method: PathText = ""


class GRPCHeaderMatch(Model, frozen=True, kw_only=True):
    """A header: its whole value, or an expression."""

    type: Literal["Exact", "RegularExpression"] = "Exact"
    name: HeaderName
    value: Annotated[str, Meta(min_length=1, max_length=4096)]


class GRPCRouteMatch(Model, frozen=True, kw_only=True):
    """All of it must hold."""

    method: GRPCMethodMatch | None = None
    headers: Annotated[tuple[GRPCHeaderMatch, ...], Meta(max_length=16)] = ()


class GRPCBackendRef(BackendRef, frozen=True, kw_only=True):
    """A destination, with filters of its own."""

    filters: Annotated[tuple[GRPCRouteFilter, ...], Meta(max_length=16)] = ()


class GRPCRouteRule(Model, frozen=True, kw_only=True):
    """A call that one of the matches takes (all, without one) is filtered and forwarded."""

    name: SectionName = ""
    matches: Annotated[tuple[GRPCRouteMatch, ...], Meta(max_length=64)] = ()
    filters: Annotated[tuple[GRPCRouteFilter, ...], Meta(max_length=16)] = ()
    backend_refs: Annotated[tuple[GRPCBackendRef, ...], Meta(max_length=16)] = ()
    session_persistence: SessionPersistence | None = None


class GRPCRouteSpec(Model, frozen=True, kw_only=True):
    """`hostnames` empty = all of the parents'."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=16)] = ()
    rules: Annotated[tuple[GRPCRouteRule, ...], Meta(max_length=16)] = ()
    use_default_gateways: Literal["All", "None"] | None = None


class GRPCRoute(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: GRPCRouteSpec
    status: RouteStatus = RouteStatus()


def validate(found: GRPCRoute) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from parents_faults("spec.parentRefs", spec.parent_refs)
    yield from names_faults("spec.rules", [rule.name for rule in spec.rules])
    if sum(len(rule.matches) for rule in spec.rules) > MATCHES:
        yield Fault("spec.rules", f"the total number of matches across all rules in a route must be at most {MATCHES}")
    for index, rule in enumerate(spec.rules):
        path = f"spec.rules[{index}]"
        for at, match in enumerate(rule.matches):
            yield from _match_faults(f"{path}.matches[{at}]", match)
        yield from _filters_faults(f"{path}.filters", rule.filters)
        yield from backends_faults(f"{path}.backendRefs", rule.backend_refs)
        for at, backend in enumerate(rule.backend_refs):
            yield from _filters_faults(f"{path}.backendRefs[{at}].filters", backend.filters)
        yield from session_faults(f"{path}.sessionPersistence", rule.session_persistence)


def _match_faults(path: str, match: GRPCRouteMatch) -> Iterator[Fault]:
    yield from repeated(f"{path}.headers", [header.name for header in match.headers])
    found = match.method
    if found is None:
        return
    if not found.service and not found.method:
        yield Fault(f"{path}.method", "One or both of 'service' or 'method' must be specified")
    if found.type != "Exact":
        return
    if found.service and not _SERVICE.search(found.service):
        yield Fault(f"{path}.method.service", "service must only contain valid characters", "as my.package.Service")
    if found.method and not _METHOD.search(found.method):
        yield Fault(f"{path}.method.method", "method must only contain valid characters", "letters, digits and _")


def _filters_faults(path: str, filters: Sequence[GRPCRouteFilter]) -> Iterator[Fault]:
    yield from once_faults(path, [each.type for each in filters], ("RequestHeaderModifier", "ResponseHeaderModifier"))
    for index, each in enumerate(filters):
        settings = {
            "RequestHeaderModifier": each.request_header_modifier,
            "ResponseHeaderModifier": each.response_header_modifier,
            "RequestMirror": each.request_mirror,
            "ExtensionRef": each.extension_ref,
        }
        yield from type_faults(f"{path}[{index}]", each.type, settings)
        yield from header_faults(f"{path}[{index}].requestHeaderModifier", each.request_header_modifier)
        yield from header_faults(f"{path}[{index}].responseHeaderModifier", each.response_header_modifier)
        yield from mirror_faults(f"{path}[{index}].requestMirror", each.request_mirror)


SPEC = KindSpec(
    group=GROUP,
    kind="GRPCRoute",
    plural="grpcroutes",
    versions=("v1",),
    categories=CATEGORIES,
    defaulted=True,
    model=GRPCRoute,
    validate=validate,
    columns=(Column("Hostnames", ".spec.hostnames"), AGE),
)
