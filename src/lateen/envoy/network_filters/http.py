"""Understand HTTP: Envoy's connection manager, with Istio's defaults for sidecars and gateways."""

from typing import Any

from lateen.envoy.access_loggers import log_to
from lateen.envoy.fields import Extension, extend, from_ads, milliseconds, several
from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.jwt_authn import answer_other_audiences
from lateen.envoy.route import route_config
from lateen.plan.listener import Chain, HttpProxy, Listener, PathNormalization
from lateen.proto.descriptors import message

_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def http_proxy(chain: Chain, listener: Listener) -> Extension | None:
    """Envoy's http_connection_manager for chains that understand HTTP."""
    plan = chain.proxy
    if not isinstance(plan, HttpProxy):
        return None
    config = message(_MANAGER)(stat_prefix=plan.stat_prefix, server_name=plan.server_name)
    _route(config, plan)
    _forward_identity(config, plan)
    config.use_remote_address.value = plan.edge
    _normalize(config, plan.path_normalization)
    config.http_protocol_options.accept_http_10 = True
    config.upgrade_configs.add(upgrade_type="websocket")
    milliseconds(config.stream_idle_timeout, 0)
    for http_filter in HTTP_FILTERS:
        for extension in several(http_filter.of_proxy(plan)):
            extend(config.http_filters.add(), extension)
    if plan.tokens:
        answer_other_audiences(config.local_reply_config.mappers.add())
    log_to(config.access_log, listener)
    return Extension("envoy.filters.network.http_connection_manager", config)


def _normalize(config: Any, said: PathNormalization) -> None:
    config.normalize_path.value = said != "NONE"
    config.merge_slashes = said in ("MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")
    if said == "DECODE_AND_MERGE_SLASHES":
        config.path_with_escaped_slashes_action = "UNESCAPE_AND_FORWARD"


def _route(config: Any, plan: HttpProxy) -> None:
    if plan.routes is not None:
        config.route_config.MergeFromString(route_config(plan.routes))
    else:
        config.rds.route_config_name = plan.route_name
        from_ads(config.rds.config_source, wait=True)


def _forward_identity(config: Any, plan: HttpProxy) -> None:
    """x-forwarded-client-cert: who the peer is, for the application."""
    config.forward_client_cert_details = plan.client_certificate
    if plan.client_certificate in ("APPEND_FORWARD", "SANITIZE_SET"):
        details = config.set_current_client_cert_details
        details.subject.value = True
        details.uri = details.dns = True
