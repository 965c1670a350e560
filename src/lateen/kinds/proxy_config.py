"""MeshConfig's ProxyConfig: how proxies start; pods change it by the annotation `proxy.istio.io/config`.

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Int32, Model, named
from lateen.kinds.numbers import count_faults, port_faults


class ProxyConfig(Model, frozen=True, kw_only=True):
    """What is None or empty takes Istio's default. Settings that nothing reads yet are known by name only."""

    config_path: str = ""
    binary_path: str = ""
    custom_config_file: str = ""
    proxy_bootstrap_template_path: str = ""
    service_cluster: str = ""
    tracing_service_name: str = ""
    drain_duration: str | None = None
    parent_shutdown_duration: str | None = None
    termination_drain_duration: str | None = None
    discovery_address: str = ""
    discovery_refresh_delay: str | None = None
    zipkin_address: str = ""
    statsd_udp_address: str = ""
    envoy_metrics_service_address: str = ""
    proxy_admin_port: Int32 | None = None
    status_port: Int32 | None = None
    availability_zone: str = ""
    control_plane_auth_policy: Literal["NONE", "MUTUAL_TLS"] = "MUTUAL_TLS"
    stat_name_length: Int32 | None = None
    concurrency: Int32 | None = None
    envoy_metrics_service: Mapping[str, Any] | None = None
    envoy_access_log_service: Mapping[str, Any] | None = None
    tracing: Mapping[str, Any] | None = None
    sds: Mapping[str, Any] | None = None
    interception_mode: str = ""
    runtime_values: Mapping[str, str] = {}
    extra_stat_tags: tuple[str, ...] = ()
    gateway_topology: Mapping[str, Any] | None = None
    mesh_id: str = ""
    readiness_probe: Mapping[str, Any] | None = None
    proxy_stats_matcher: Mapping[str, Any] | None = None
    hold_application_until_proxy_starts: bool | None = None
    ca_certificates_pem: tuple[str, ...] = ()
    image: Mapping[str, Any] | None = None
    private_key_provider: Mapping[str, Any] | None = None
    proxy_headers: Mapping[str, Any] | None = None
    proxy_metadata: Mapping[str, str] = {}
    file_flush_interval: str | None = None
    file_flush_min_size_kb: int | None = named("fileFlushMinSizeKb", None)
    stats_compression: bool | None = None
    stats_eviction_interval: str | None = None


def proxy_config_faults(path: str, config: ProxyConfig | None) -> Iterator[Fault]:
    """Yield what is wrong with a proxy's settings."""
    if config is None:
        return
    yield from duration_faults(f"{path}.drainDuration", config.drain_duration, whole_seconds=True)
    yield from duration_faults(f"{path}.terminationDrainDuration", config.termination_drain_duration, zero=True)
    yield from count_faults(f"{path}.concurrency", config.concurrency)
    for name, port in (("proxyAdminPort", config.proxy_admin_port), ("statusPort", config.status_port)):
        if port is not None:
            yield from port_faults(f"{path}.{name}", port)
    for name in ("discoveryAddress", "statsdUdpAddress", "zipkinAddress"):
        yield from _address_faults(f"{path}.{name}", getattr(config, _ATTRIBUTES[name]))


_ATTRIBUTES = {
    "discoveryAddress": "discovery_address",
    "statsdUdpAddress": "statsd_udp_address",
    "zipkinAddress": "zipkin_address",
}


def _address_faults(path: str, address: str) -> Iterator[Fault]:
    """Yield a fault unless `address` is host:port, an IPv6 address in brackets; "" is not set."""
    host, _, port = address.rpartition(":")
    plain = host and (":" not in host or (host.startswith("[") and host.endswith("]")))
    if address and not (plain and port.isdigit() and 1 <= int(port) <= 65535):
        yield Fault(path, f'"{address}" is not an address', "as host:port")
