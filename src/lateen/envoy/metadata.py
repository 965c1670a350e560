"""Metadata under the name `istio`: where a piece of configuration comes from, as Istio's tools read it."""

from typing import Any

from lateen.base.refs import Origin

_NETWORKING = {
    "DestinationRule": "destination-rule",
    "EnvoyFilter": "envoy-filter",
    "Gateway": "gateway",
    "ServiceEntry": "service-entry",
    "Sidecar": "sidecar",
    "VirtualService": "virtual-service",
}


def config_path(origin: Origin) -> str:
    """Return the path under which Istio names an object: "" when it is none of networking.istio.io.

    Example: /apis/networking.istio.io/v1/namespaces/default/destination-rule/reviews
    """
    kind = _NETWORKING.get(origin.kind)
    return f"/apis/networking.istio.io/v1/namespaces/{origin.namespace}/{kind}/{origin.name}" if kind else ""


def istio(metadata: Any) -> Any:
    """Return the fields of `filter_metadata.istio` of an envoy.config.core.v3.Metadata, to be filled."""
    return metadata.filter_metadata["istio"].fields


def set_config(owner: Any, origin: Origin) -> None:
    """Write `config` into the metadata of `owner` where the origin has a path."""
    if path := config_path(origin):
        istio(owner.metadata)["config"].string_value = path


def set_service(fields: Any, host: str, namespace: str) -> None:
    """Write `services`: the one service that a cluster stands for. `namespace` is used for hosts that
    do not tell theirs."""
    name, _, rest = host.partition(".")
    inside = ".svc" in rest
    service = fields["services"].list_value.values.add().struct_value.fields
    service["host"].string_value = host
    service["name"].string_value = name if inside else host
    service["namespace"].string_value = rest.partition(".")[0] if inside else namespace
