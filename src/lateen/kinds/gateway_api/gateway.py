"""Gateway of the Gateway API: where traffic enters. (Istio has a kind of this name, too.)

https://gateway-api.sigs.k8s.io/reference/spec/#gateway
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, Literal

import re2
from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.conditions import Conditions, condition_cell, pending
from lateen.kinds.gateway_api.listeners import Listener, ListenerStatus, listeners_faults
from lateen.kinds.gateway_api.names import (
    CATEGORIES,
    GROUP,
    AddressType,
    Annotation,
    LabelValue,
    ObjectName,
    Port,
)
from lateen.kinds.gateway_api.references import LocalObjectReference, ObjectReference, SecretObjectReference
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Int32, Model, named
from lateen.kinds.names import is_label_key
from lateen.kinds.paths import join
from lateen.kinds.spec import AGE, Column, KindSpec

_HOST = re2.compile(r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")


class GatewayAddress(Model, frozen=True, kw_only=True):
    """An address that a Gateway is asked to have; `value` "" = any of this type."""

    type: AddressType = "IPAddress"
    value: Annotated[str, Meta(max_length=253)] = ""


class ListenerNamespaces(Model, frozen=True, kw_only=True):
    """The namespaces whose ListenerSets may be attached."""

    from_: Literal["All", "Selector", "Same", "None"] = named("from", "None")
    selector: LabelSelector | None = None


class AllowedListeners(Model, frozen=True, kw_only=True):
    """Which ListenerSets may be attached."""

    namespaces: ListenerNamespaces = ListenerNamespaces()


class Infrastructure(Model, frozen=True, kw_only=True):
    """What the objects made for a Gateway are marked with."""

    labels: Annotated[Mapping[str, LabelValue], Meta(max_length=8)] = {}
    annotations: Annotated[Mapping[str, Annotation], Meta(max_length=16)] = {}
    parameters_ref: LocalObjectReference | None = None


class BackendTLS(Model, frozen=True, kw_only=True):
    """The certificate that a Gateway shows to what it forwards to."""

    client_certificate_ref: SecretObjectReference | None = None


class FrontendValidation(Model, frozen=True, kw_only=True):
    """How clients' certificates are checked."""

    ca_certificate_refs: Annotated[tuple[ObjectReference, ...], Meta(min_length=1, max_length=16)] = named(
        "caCertificateRefs", ()
    )
    mode: Literal["AllowValidOnly", "AllowInsecureFallback"] = "AllowValidOnly"


class FrontendTLSConfig(Model, frozen=True, kw_only=True):
    """TLS with clients; `validation` None: they need no certificate."""

    validation: FrontendValidation | None = None


class PortTLS(Model, frozen=True, kw_only=True):
    """TLS with the clients of one port."""

    port: Port
    tls: FrontendTLSConfig


class FrontendTLS(Model, frozen=True, kw_only=True):
    """TLS with clients, and where a port has its own."""

    default: FrontendTLSConfig
    per_port: Annotated[tuple[PortTLS, ...], Meta(max_length=64)] = ()


class GatewayTLS(Model, frozen=True, kw_only=True):
    """TLS of a Gateway on both its sides."""

    backend: BackendTLS | None = None
    frontend: FrontendTLS | None = None


class GatewaySpec(Model, frozen=True, kw_only=True):
    """What a Gateway is asked to be."""

    gateway_class_name: ObjectName
    listeners: Annotated[tuple[Listener, ...], Meta(min_length=1, max_length=64)]
    addresses: Annotated[tuple[GatewayAddress, ...], Meta(max_length=16)] = ()
    infrastructure: Infrastructure | None = None
    allowed_listeners: AllowedListeners | None = None
    tls: GatewayTLS | None = None
    default_scope: Literal["All", "None"] | None = None


class StatusAddress(Model, frozen=True, kw_only=True):
    """An address that a Gateway has."""

    type: AddressType = "IPAddress"
    value: ObjectName


class GatewayStatus(Model, frozen=True, kw_only=True):
    """What a Gateway is."""

    addresses: Annotated[tuple[StatusAddress, ...], Meta(max_length=16)] = ()
    attached_listener_sets: Int32 = 0
    conditions: Conditions = pending("Accepted", "Programmed")
    listeners: Annotated[tuple[ListenerStatus, ...], Meta(max_length=64)] = ()


class Gateway(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: GatewaySpec
    status: GatewayStatus = GatewayStatus()


def validate(found: Gateway) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from listeners_faults("spec.listeners", spec.listeners)
    yield from _address_faults(spec)
    if spec.infrastructure is not None:
        yield from _key_faults("spec.infrastructure.labels", "Label", spec.infrastructure.labels)
        yield from _key_faults("spec.infrastructure.annotations", "Annotation", spec.infrastructure.annotations)
    frontend = spec.tls.frontend if spec.tls is not None else None
    for (_, one), (at, other) in combinations(enumerate(frontend.per_port if frontend is not None else ()), 2):
        if one.port == other.port:
            said = "Port for TLS configuration must be unique within the Gateway"
            yield Fault(f"spec.tls.frontend.perPort[{at}].port", said)
    for index, address in enumerate(found.status.addresses):
        if address.type == "Hostname" and not _HOST.search(address.value):
            yield Fault(f"status.addresses[{index}].value", "Hostname value must only contain valid characters")


def _address_faults(spec: GatewaySpec) -> Iterator[Fault]:
    for index, address in enumerate(spec.addresses):
        if address.type == "Hostname" and address.value and not _HOST.search(address.value):
            said = "Hostname value must be empty or contain only valid characters"
            yield Fault(f"spec.addresses[{index}].value", said)
    for (_, one), (at, other) in combinations(enumerate(spec.addresses), 2):
        if one.type in ("IPAddress", "Hostname") and one.value and one == other:
            yield Fault(f"spec.addresses[{at}]", f"{one.type} values must be unique")


def _key_faults(path: str, what: str, found: Mapping[str, str]) -> Iterator[Fault]:
    for key in found:
        if not is_label_key(key):
            said = (
                f"{what} keys must be in the form of an optional DNS subdomain prefix followed by a required name "
                "segment of up to 63 characters"
            )
            yield Fault(join(path, key), said)


def _addresses(raw: Mapping[str, Any]) -> str:
    return ",".join(str(each.get("value", "")) for each in (raw.get("status") or {}).get("addresses") or ())


SPEC = KindSpec(
    group=GROUP,
    kind="Gateway",
    alias="Gateway.gateway.networking.k8s.io",
    plural="gateways",
    versions=("v1", "v1beta1"),
    short_names=("gtw",),
    categories=CATEGORIES,
    defaulted=True,
    model=Gateway,
    validate=validate,
    columns=(
        Column("Class", ".spec.gatewayClassName"),
        Column("Address", cell=_addresses),
        Column("Programmed", cell=condition_cell("Programmed")),
        AGE,
    ),
)
