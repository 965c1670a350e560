"""Envoy's first configuration: who it is, how it reaches its agent and the control plane, and two listeners.

Ports are Istio's: 15000 administration (loopback only), 15090 statistics, 15021 readiness.
"""

import ipaddress
from typing import Any

from lateen.node.proxy_facts import ProxyFacts
from lateen.node.stats import stats_config

STATS_PORT = 15090
READY_PORT = 15021
ADMIN_CLUSTER = "prometheus_stats"
SDS_CLUSTER = "sds-grpc"
XDS_CLUSTER = "xds-grpc"

_TYPES = "type.googleapis.com/envoy."
_UNBOUNDED = 2_147_483_647


def bootstrap(facts: ProxyFacts) -> dict[str, Any]:
    """Return the bootstrap of the pod's Envoy, to be written as JSON."""
    return {
        "node": _node(facts),
        "admin": {
            "access_log": [_typed("envoy.access_loggers.file", _FILE_LOG, path="/dev/null")],
            "address": _tcp("127.0.0.1", facts.admin_port),
        },
        "application_log_config": {"log_format": {"text_format": "%Y-%m-%dT%T.%fZ\t%l\tenvoy %n %g:%#\t%v\tthread=%t"}},
        "layered_runtime": {"layers": [_RUNTIME, {"name": "admin", "admin_layer": {}}]},
        "bootstrap_extensions": [_typed("envoy.bootstrap.internal_listener", _INTERNAL_LISTENER, buffer_size_kb=64)],
        "stats_config": stats_config(facts.stats),
        "stats_flush_on_admin": True,
        "deferred_stat_options": {"enable_deferred_creation_stats": True},
        "dynamic_resources": _dynamic_resources(),
        "static_resources": {
            "clusters": [_admin_cluster(facts), _sds_cluster(facts), _xds_cluster(facts)],
            "listeners": [
                _listener(STATS_PORT, "stats", "/stats/prometheus", "/stats/prometheus"),
                _listener(READY_PORT, "ready", "/healthz/ready", "/ready"),
            ],
        },
        "overload_manager": {"resource_monitors": [_connection_limit()]},
    }


def _node(facts: ProxyFacts) -> dict[str, Any]:
    region, zone, subzone = facts.locality
    return {
        "id": facts.node_id,
        "cluster": f"{facts.app}.{facts.namespace}",
        "locality": {"region": region, "zone": zone, "sub_zone": subzone},
        "metadata": {name: value for name, value in _metadata(facts).items() if value},
    }


def _metadata(facts: ProxyFacts) -> dict[str, Any]:
    return {
        "NAME": facts.pod,
        "NAMESPACE": facts.namespace,
        "SERVICE_ACCOUNT": facts.service_account,
        "WORKLOAD_NAME": facts.workload_name,
        "OWNER": facts.owner,
        "LABELS": dict(facts.labels),
        "ANNOTATIONS": dict(facts.annotations),
        "APP_CONTAINERS": ",".join(facts.app_containers),
        **facts.dns_metadata,
        "NODE_NAME": facts.node_name,
        "CLUSTER_ID": facts.cluster_id,
        "MESH_ID": facts.mesh_id,
        "NETWORK": facts.network,
        "ISTIO_VERSION": facts.istio_version,
        "INTERCEPTION_MODE": "REDIRECT" if facts.kind == "sidecar" else "NONE",
        "PROXY_CONFIG": dict(facts.proxy_config),
        "ENVOY_STATUS_PORT": READY_PORT,
        "ENVOY_PROMETHEUS_PORT": STATS_PORT,
    }


def _dynamic_resources() -> dict[str, Any]:
    # Without a deadline for the first answer: an Envoy without configuration must not say that it is ready.
    over_ads = {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"}
    return {
        "lds_config": over_ads,
        "cds_config": over_ads,
        "ads_config": _grpc_source(XDS_CLUSTER),
    }


def _grpc_source(cluster: str) -> dict[str, Any]:
    # The node is 60 kB (it lists all extensions): once per stream is enough.
    retry = {"base_interval": "0.1s", "max_interval": "5s"}
    return {
        "api_type": "DELTA_GRPC",
        "transport_api_version": "V3",
        "set_node_on_first_message_only": True,
        "grpc_services": [{"envoy_grpc": {"cluster_name": cluster, "retry_policy": {"retry_back_off": retry}}}],
    }


def _admin_cluster(facts: ProxyFacts) -> dict[str, Any]:
    return {
        "name": ADMIN_CLUSTER,
        "alt_stat_name": f"{ADMIN_CLUSTER};",
        "type": "STATIC",
        "connect_timeout": "0.250s",
        "load_assignment": _assignment(ADMIN_CLUSTER, _tcp("127.0.0.1", facts.admin_port)),
    }


def _sds_cluster(facts: ProxyFacts) -> dict[str, Any]:
    return {
        "name": SDS_CLUSTER,
        "alt_stat_name": f"{SDS_CLUSTER};",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": _assignment(SDS_CLUSTER, {"pipe": {"path": facts.sds_socket}}),
        "typed_extension_protocol_options": _http2(),
    }


def _xds_cluster(facts: ProxyFacts) -> dict[str, Any]:
    plane = facts.control_plane
    limits = {"max_connections": 100_000, "max_pending_requests": 100_000, "max_requests": 100_000}
    return {
        "name": XDS_CLUSTER,
        "alt_stat_name": f"{XDS_CLUSTER};",
        **_discovery(plane.host),
        "connect_timeout": "1s",
        "load_assignment": _assignment(XDS_CLUSTER, _tcp(plane.host, plane.port)),
        "circuit_breakers": {"thresholds": [{"priority": p, **limits} for p in ("DEFAULT", "HIGH")]},
        "upstream_connection_options": {"tcp_keepalive": {"keepalive_time": 300}},
        "transport_socket": _xds_tls(plane.names),
        # A new stream is a new connection, so that it is opened with the present certificate.
        "typed_extension_protocol_options": _http2(
            http2={"connection_keepalive": {"interval": "30s", "timeout": "10s"}},
            common={"max_requests_per_connection": 1},
        ),
    }


def _discovery(host: str) -> dict[str, Any]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return {"type": "STRICT_DNS", "dns_lookup_family": "V4_ONLY"}
    return {"type": "STATIC"}


def _xds_tls(names: tuple[str, ...]) -> dict[str, Any]:
    accepted = [{"san_type": "DNS", "matcher": {"exact": name}} for name in names]
    context = {
        "alpn_protocols": ["h2"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": [_secret("default")],
        "combined_validation_context": {
            "default_validation_context": {"match_typed_subject_alt_names": accepted},
            "validation_context_sds_secret_config": _secret("ROOTCA"),
        },
    }
    return _typed("envoy.transport_sockets.tls", _UPSTREAM_TLS, sni=names[0], common_tls_context=context)


def _secret(name: str) -> dict[str, Any]:
    source = {"api_config_source": _grpc_source(SDS_CLUSTER), "initial_fetch_timeout": "0s"}
    return {"name": name, "sds_config": {**source, "resource_api_version": "V3"}}


def _listener(port: int, name: str, path: str, admin_path: str) -> dict[str, Any]:
    """Return a listener that answers one path, from Envoy's own administration page `admin_path`."""
    route = {
        "match": {"path": path},
        "route": {"cluster": ADMIN_CLUSTER, "prefix_rewrite": admin_path, "timeout": "10s"},
    }
    connection = _typed(
        "envoy.filters.network.http_connection_manager",
        _HTTP,
        codec_type="AUTO",
        stat_prefix=name,
        normalize_path=True,
        route_config={"virtual_hosts": [{"name": "backend", "domains": ["*"], "routes": [route]}]},
        http_filters=[_typed("envoy.filters.http.router", _ROUTER)],
    )
    return {
        "name": f"0.0.0.0_{port}",
        "address": _tcp("0.0.0.0", port),
        "ignore_global_conn_limit": True,
        "bypass_overload_manager": True,
        "filter_chains": [{"filters": [connection]}],
    }


def _connection_limit() -> dict[str, Any]:
    name = "envoy.resource_monitors.global_downstream_max_connections"
    return _typed(name, _DOWNSTREAM_CONNECTIONS, max_active_downstream_connections=_UNBOUNDED)


def _http2(http2: dict[str, Any] | None = None, common: dict[str, Any] | None = None) -> dict[str, Any]:
    options: dict[str, Any] = {"explicit_http_config": {"http2_protocol_options": http2 or {}}}
    if common:
        options["common_http_protocol_options"] = common
    protocols = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    return {protocols: {"@type": _HTTP_PROTOCOLS, **options}}


def _typed(extension: str, message: str, **fields: Any) -> dict[str, Any]:
    return {"name": extension, "typed_config": {"@type": message, **fields}}


def _tcp(address: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": address, "port_value": port}}


def _assignment(cluster: str, address: dict[str, Any]) -> dict[str, Any]:
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]}


_FILE_LOG = _TYPES + "extensions.access_loggers.file.v3.FileAccessLog"
_INTERNAL_LISTENER = _TYPES + "extensions.bootstrap.internal_listener.v3.InternalListener"
_UPSTREAM_TLS = _TYPES + "extensions.transport_sockets.tls.v3.UpstreamTlsContext"
_HTTP = _TYPES + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = _TYPES + "extensions.filters.http.router.v3.Router"
_HTTP_PROTOCOLS = _TYPES + "extensions.upstreams.http.v3.HttpProtocolOptions"
_DOWNSTREAM_CONNECTIONS = _TYPES + "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
_RUNTIME = {
    "name": "global config",
    "static_layer": {
        "envoy.reloadable_features.http_reject_path_with_fragment": False,
        "re2.max_program_size.error_level": 32768,
    },
}
