"""Gateways of the Gateway API as they are read, without a store: what references lead to is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from worlds import gateway_api

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.kinds.object import Object
from lateen.planner.gateway_api.gateway import ApiGateway, api_gateway
from lateen.planner.gateway_api.listener import Listener
from lateen.planner.gateway_api.listener_tls import Lookups
from lateen.planner.gateway_api.listeners import read_listeners


def lookups(
    namespace: str = "shop",
    permitted: bool = False,
    broken: str = "",
    config_maps: Mapping[str, str] | None = None,
) -> Lookups:
    """`broken`: what is wrong with every Secret; `config_maps`: the authorities in those that are there, by
    namespace/name."""
    return Lookups(namespace, lambda to: permitted, lambda key: broken, lambda key: _map(key, config_maps or {}))


def _map(key: Key, known: Mapping[str, str]) -> Object | None:
    if str(key) not in known:
        return None
    meta = {"name": key.name, "namespace": key.namespace}
    return decode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"ca.crt": known[str(key)]}})


def read_gateway(found: Object, *sets: Object, **given: Any) -> ApiGateway:
    """Read a Gateway with the ListenerSets that are attached to it."""
    own = lookups(found.namespace, **given)
    return api_gateway(found, read_listeners(found, sets, lambda owner: lookups(owner.namespace, **given)), own)


def gateway(listeners: str, more: str = "", sets: Iterable[Object] = (), name: str = "g", meta: Mapping[str, Any] | None = None, **given: Any) -> ApiGateway:  # fmt: skip
    """A Gateway of listeners as YAML."""
    spec = f"{{gatewayClassName: istio, listeners: [{listeners}]{more}}}"
    return read_gateway(decode(gateway_api("Gateway", name, spec, **(meta or {}))), *sets, **given)


def listeners(text: str, more: str = "", **given: Any) -> tuple[Listener, ...]:
    """The listeners of such a Gateway."""
    return gateway(text, more, **given).listeners
