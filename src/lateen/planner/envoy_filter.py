"""EnvoyFilters: which proxies they are for, and the patches that they hold.

https://istio.io/latest/docs/reference/config/networking/envoy-filter/
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
import re2
from msgspec import Struct

from lateen.base.refs import Origin
from lateen.kinds.networking.config_patch import ConfigPatch
from lateen.kinds.networking.envoy_filter import EnvoyFilterSpec
from lateen.kinds.networking.patch_match import (
    ClusterMatch,
    EnvoyConfigObjectMatch,
    ListenerMatch,
    ProxyMatch,
    RouteConfigurationMatch,
)
from lateen.kinds.object import Object
from lateen.plan.patch import ChainPlace, ClusterPlace, ListenerPlace, Patch, Place, TablePlace

Context = Literal["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"]
_GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"


class Candidate(Struct, frozen=True):
    """A patch in its `context`, of proxies for which `condition` holds: "" of all."""

    context: Context
    condition: str
    patch: Patch

    def applies(self, context: Context) -> bool:
        """Say whether it changes what belongs to a context."""
        return self.context in ("ANY", context)


class PatchSet(Struct, frozen=True, kw_only=True):
    """An EnvoyFilter. `selectors`: labels of the proxies that it is for, any of them; () = all of its namespace, and of
    the root namespace all of the mesh."""

    namespace: str
    name: str
    selectors: tuple[Mapping[str, str], ...] = ()
    priority: int = 0
    created: str = ""
    candidates: tuple[Candidate, ...] = ()

    @property
    def reference(self) -> str:
        """The object, as `namespace/name`."""
        return f"{self.namespace}/{self.name}"

    def order(self, root_namespace: str) -> tuple[Any, ...]:
        """Sort key: the lowest priority, then those of the root namespace, the oldest, by name."""
        return self.priority, self.namespace != root_namespace, self.created, f"{self.name}.{self.namespace}"


def patch_set(found: Object) -> PatchSet:
    """Read an EnvoyFilter."""
    spec: EnvoyFilterSpec = found.model.spec
    selectors: list[Mapping[str, str]] = []
    if spec.workload_selector is not None and spec.workload_selector.labels:
        selectors.append(spec.workload_selector.labels)
    selectors += [{_GATEWAY_NAME: ref.name} for ref in spec.target_refs if ref.kind == "Gateway"]
    candidates = (
        _candidate(one, found.origin_at(f"spec.configPatches[{index}]"))
        for index, one in enumerate(spec.config_patches)
    )
    unheard = bool(spec.target_refs) and not selectors
    return PatchSet(
        namespace=found.namespace,
        name=found.name,
        selectors=tuple(selectors),
        priority=spec.priority,
        created=found.created,
        candidates=() if unheard else tuple(one for one in candidates if one is not None),
    )


def condition_holds(condition: str, metadata: Mapping[str, Any]) -> bool:
    """Say whether a condition holds of a proxy whose node says `metadata`."""
    wanted = msgspec.json.decode(condition, type=ProxyMatch)
    version = str(metadata.get("ISTIO_VERSION") or "")
    if wanted.proxy_version and not (version and re2.search(wanted.proxy_version, version)):
        return False
    return all(metadata.get(name) == value for name, value in wanted.metadata.items())


def _candidate(found: ConfigPatch, origin: Origin) -> Candidate | None:
    patch = found.patch
    if patch is None or patch.operation == "INVALID" or found.apply_to == "INVALID":
        return None
    match = found.match or EnvoyConfigObjectMatch()
    condition = ""
    if match.proxy is not None and (match.proxy.proxy_version or match.proxy.metadata):
        condition = msgspec.json.encode(match.proxy, order="sorted").decode()
    made = Patch(
        target=found.apply_to,
        operation=patch.operation,
        place=_place(match),
        value=msgspec.json.encode(patch.value, order="sorted") if patch.value is not None else b"",
        order=patch.filter_class,
        origin=origin,
    )
    return Candidate(match.context, condition, made)


def _place(match: EnvoyConfigObjectMatch) -> Place | None:
    if match.listener is not None:
        return _listener(match.listener)
    if match.route_configuration is not None:
        return _table(match.route_configuration)
    return _cluster(match.cluster) if match.cluster is not None else None


def _cluster(match: ClusterMatch) -> ClusterPlace:
    return ClusterPlace(name=match.name, service=match.service, subset=match.subset, port=match.port_number)


def _listener(match: ListenerMatch) -> ListenerPlace:
    chain = match.filter_chain
    if chain is None:
        return ListenerPlace(name=match.name, port=match.port_number, listener_filter=match.listener_filter)
    inner = chain.filter
    place = ChainPlace(
        name=chain.name,
        sni=chain.sni,
        transport=chain.transport_protocol,
        alpn=tuple(_split(chain.application_protocols)),
        port=chain.destination_port,
        filter=inner.name if inner else "",
        sub_filter=inner.sub_filter.name if inner and inner.sub_filter else "",
    )
    return ListenerPlace(name=match.name, port=match.port_number, listener_filter=match.listener_filter, chain=place)


def _split(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _table(match: RouteConfigurationMatch) -> TablePlace:
    host = match.vhost
    route = host.route if host else None
    return TablePlace(
        name=match.name,
        port=match.port_number,
        port_name=match.port_name,
        gateway=match.gateway,
        host=host.name if host else "",
        domain=host.domain_name if host else "",
        route=route.name if route else "",
        action=route.action if route and route.action != "ANY" else "",
    )
