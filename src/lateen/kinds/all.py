"""Every kind the house knows, in one explicit list, and the ways to find one."""

from collections.abc import Iterator
from typing import Any

from lateen.kinds.apiextensions import custom_resource_definition
from lateen.kinds.apps import deployment, replica_set
from lateen.kinds.certificates import certificate_signing_request
from lateen.kinds.core import (
    config_map,
    endpoint_slice,
    event,
    ingress,
    lease,
    namespace,
    node,
    pod,
    secret,
    service,
    service_account,
)
from lateen.kinds.extensions import traffic_extension, wasm_plugin
from lateen.kinds.gateway_api import (
    backend,
    backend_tls_policy,
    backend_traffic_policy,
    gateway_class,
    grpc_route,
    http_route,
    listener_set,
    mesh,
    reference_grant,
    tcp_route,
    tls_route,
    udp_route,
)
from lateen.kinds.gateway_api import gateway as gateway_of_api
from lateen.kinds.lateen import process_image
from lateen.kinds.networking import (
    destination_rule,
    envoy_filter,
    gateway,
    proxy_config,
    service_entry,
    sidecar,
    virtual_service,
    workload_entry,
    workload_group,
)
from lateen.kinds.rbac import cluster_role, cluster_role_binding, role, role_binding
from lateen.kinds.security import authorization_policy, peer_authentication, request_authentication
from lateen.kinds.spec import KindSpec
from lateen.kinds.telemetry import telemetry

KINDS: tuple[KindSpec, ...] = (
    namespace.SPEC,
    service.SPEC,
    service_account.SPEC,
    pod.SPEC,
    secret.SPEC,
    config_map.SPEC,
    endpoint_slice.SPEC,
    ingress.SPEC,
    ingress.CLASS_SPEC,
    node.SPEC,
    event.SPEC,
    lease.SPEC,
    deployment.SPEC,
    replica_set.SPEC,
    custom_resource_definition.SPEC,
    certificate_signing_request.SPEC,
    role.SPEC,
    cluster_role.SPEC,
    role_binding.SPEC,
    cluster_role_binding.SPEC,
    virtual_service.SPEC,
    destination_rule.SPEC,
    gateway.SPEC,
    service_entry.SPEC,
    sidecar.SPEC,
    workload_entry.SPEC,
    workload_group.SPEC,
    proxy_config.SPEC,
    envoy_filter.SPEC,
    peer_authentication.SPEC,
    authorization_policy.SPEC,
    request_authentication.SPEC,
    telemetry.SPEC,
    wasm_plugin.SPEC,
    traffic_extension.SPEC,
    gateway_class.SPEC,
    gateway_of_api.SPEC,
    listener_set.SPEC,
    http_route.SPEC,
    grpc_route.SPEC,
    tls_route.SPEC,
    tcp_route.SPEC,
    udp_route.SPEC,
    reference_grant.SPEC,
    backend_tls_policy.SPEC,
    backend.SPEC,
    backend_traffic_policy.SPEC,
    mesh.SPEC,
    process_image.SPEC,
)

# The order of discovery: what Kubernetes has of itself, then the others by name. A name that several groups use
# (`gateway`) means to kubectl the first one's kind.
GROUPS: tuple[str, ...] = tuple(
    dict.fromkeys(spec.group for spec in sorted(KINDS, key=lambda spec: "" if spec.built_in else spec.group))
)

_BY_NAME = {(version, spec.kind): spec for spec in KINDS for version in spec.api_versions}
_BY_PLURAL = {(spec.group, spec.plural): spec for spec in KINDS}


def find(api_version: Any, kind: Any) -> KindSpec | None:
    """Find the kind that an object's `apiVersion` and `kind` name."""
    try:
        return _BY_NAME.get((api_version, kind))
    except TypeError:  # a list or a map where a name should stand
        return None


def by_kind(kind: str, group: str | None = None) -> KindSpec:
    """Return the kind that the house calls so (`KindSpec.name`), or the one of `group`. Raises KeyError."""
    for spec in KINDS:
        if (spec.name == kind and group is None) or (spec.kind == kind and spec.group == group):
            return spec
    raise KeyError(f"{kind}.{group}" if group else kind)


def by_plural(group: str, plural: str) -> KindSpec:
    """Return the kind served as `plural` in `group` ("" = core). Raises KeyError."""
    return _BY_PLURAL[group, plural]


def named(text: str) -> KindSpec | None:
    """Find a kind by any of its names, in any case: kind, plural, singular, short name, `plural.group`."""
    wanted = text.lower()
    found = (spec for spec in KINDS if wanted in _names(spec))
    return min(found, key=lambda spec: GROUPS.index(spec.group), default=None)


def _names(spec: KindSpec) -> Iterator[str]:
    yield from (spec.kind.lower(), spec.plural, spec.singular, *spec.short_names)
    if spec.group:
        yield from (f"{spec.plural}.{spec.group}", f"{spec.singular}.{spec.group}")
        yield from (f"{spec.plural}.{version}.{spec.group}" for version in spec.versions)
