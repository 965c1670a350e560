"""MeshConfig: settings of the whole mesh, as YAML in the ConfigMap `istio`.

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

import msgspec

from lateen.base.errors import Fault, Invalid
from lateen.kinds.documents import load
from lateen.kinds.durations import duration_faults
from lateen.kinds.export_to import export_list_faults
from lateen.kinds.extension_providers import extension_provider_faults
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.model import Int32, Model, named
from lateen.kinds.names import is_label
from lateen.kinds.networking.connection_pool import (
    ConnectionPoolSettings,
    TcpKeepalive,
    keepalive_faults,
    pool_faults,
)
from lateen.kinds.networking.locality import LocalityLoadBalancerSetting, locality_faults
from lateen.kinds.networking.outlier_detection import OutlierDetection, outlier_faults
from lateen.kinds.networking.retries import HTTPRetry, retry_faults
from lateen.kinds.numbers import port_faults
from lateen.kinds.object import line_of
from lateen.kinds.proxy_config import ProxyConfig, proxy_config_faults
from lateen.kinds.schema import read

_PART = r"[A-Za-z0-9](?:[-_A-Za-z0-9]*[A-Za-z0-9])?"
_TRUST_DOMAIN = re.compile(rf"{_PART}(?:\.{_PART})*\.?")


class OutboundTrafficPolicy(Model, frozen=True, kw_only=True):
    """What becomes of traffic to hosts that the mesh does not know. ALLOW_ANY_DYNAMIC_DNS: as ALLOW_ANY, but plain
    HTTP goes to the address of the host that it asks for, whatever address the client had."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS"] = "ALLOW_ANY"


class InboundTrafficPolicy(Model, frozen=True, kw_only=True):
    """How traffic reaches the application: over loopback, or at the pod's address."""

    mode: Literal["PASSTHROUGH", "LOCALHOST"] = "PASSTHROUGH"


class PathNormalization(Model, frozen=True, kw_only=True):
    """What becomes of the path of a request before rules read it. DEFAULT is BASE."""

    normalization: Literal["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"] = "DEFAULT"


class TLSConfig(Model, frozen=True, kw_only=True):
    """Limits of TLS; "" = Istio's default."""

    min_protocol_version: Literal["TLS_AUTO", "TLSV1_2", "TLSV1_3"] = "TLS_AUTO"
    ecdh_curves: tuple[str, ...] = ()
    cipher_suites: tuple[str, ...] = ()


class CertificateData(Model, frozen=True, kw_only=True):
    """Roots (PEM) that the mesh trusts beside its own: of an external authority, by `certSigners` of those signers."""

    pem: str = ""
    spiffe_bundle_url: str = ""
    cert_signers: tuple[str, ...] = ()
    trust_domains: tuple[str, ...] = ()


class DefaultTrafficPolicy(Model, frozen=True, kw_only=True):
    """What applies to services without a DestinationRule."""

    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None


class MeshConfig(Model, frozen=True, kw_only=True):
    """What is None or empty takes Istio's default. Settings that nothing reads yet are known by name only."""

    proxy_listen_port: Int32 = 15001
    proxy_inbound_listen_port: Int32 = 15006
    proxy_http_port: Int32 = 0
    connect_timeout: str | None = None
    protocol_detection_timeout: str | None = None
    tcp_keepalive: TcpKeepalive | None = None
    ingress_class: str = ""
    ingress_service: str = ""
    ingress_controller_mode: str = ""
    ingress_selector: str = ""
    enable_tracing: bool = False
    access_log_file: str = ""
    access_log_format: str = ""
    access_log_encoding: Literal["TEXT", "JSON"] = "TEXT"
    enable_envoy_access_log_service: bool = False
    disable_envoy_listener_log: bool = False
    default_config: ProxyConfig | None = None
    outbound_traffic_policy: OutboundTrafficPolicy | None = None
    inbound_traffic_policy: InboundTrafficPolicy | None = None
    config_sources: tuple[Any, ...] = ()
    enable_auto_mtls: bool | None = None
    trust_domain: str = ""
    trust_domain_aliases: tuple[str, ...] = ()
    ca_certificates: tuple[CertificateData, ...] = ()
    default_service_export_to: tuple[str, ...] = ()
    default_virtual_service_export_to: tuple[str, ...] = ()
    default_destination_rule_export_to: tuple[str, ...] = ()
    root_namespace: str = ""
    locality_lb_setting: LocalityLoadBalancerSetting | None = None
    dns_refresh_rate: str | None = None
    h2_upgrade_policy: Literal["DO_NOT_UPGRADE", "UPGRADE"] = "DO_NOT_UPGRADE"
    inbound_cluster_stat_name: str = ""
    outbound_cluster_stat_name: str = ""
    certificates: tuple[Any, ...] = ()
    thrift_config: Mapping[str, Any] | None = None
    service_settings: tuple[Any, ...] = ()
    service_scope_configs: tuple[Any, ...] = ()
    enable_prometheus_merge: bool | None = None
    verify_certificate_at_client: bool | None = None
    ca: Mapping[str, Any] | None = None
    extension_providers: tuple[Mapping[str, Any], ...] = ()
    default_providers: Mapping[str, Any] | None = None
    discovery_selectors: tuple[LabelSelector, ...] = ()
    path_normalization: PathNormalization | None = None
    default_http_retry_policy: HTTPRetry | None = None
    default_inbound_http_retry_policy: HTTPRetry | None = None
    default_traffic_policy: DefaultTrafficPolicy | None = None
    mesh_mtls: TLSConfig | None = named("meshMTLS", None)
    tls_defaults: TLSConfig | None = None
    hbone_idle_timeout: str | None = None
    host_ownership: Literal["OFF", "ENFORCED"] = "OFF"


def parse_mesh_config(yaml_text: str, file: str = "") -> MeshConfig:
    """Read a MeshConfig. Raises Invalid with every fault, with lines; empty text is all defaults."""
    documents = load(yaml_text, file)
    if not documents:
        return MeshConfig()
    document = documents[0]
    reading = read(MeshConfig, document.raw, strict=True)
    found = list(reading.faults)
    if not found:
        config = msgspec.convert(reading.cleaned, MeshConfig)
        found = [fault for fault in validate(config) if fault.severity == "error"]
        if not found:
            return config
    placed = [replace(fault, file=file, line=line_of(document.lines, fault.path)) for fault in found]
    raise Invalid(file or "the mesh's configuration", placed)


def validate(config: MeshConfig) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    for name, port in (
        ("proxyListenPort", config.proxy_listen_port),
        ("proxyInboundListenPort", config.proxy_inbound_listen_port),
    ):
        yield from port_faults(name, port)
    yield from duration_faults("connectTimeout", config.connect_timeout)
    yield from duration_faults("protocolDetectionTimeout", config.protocol_detection_timeout, zero=True)
    yield from duration_faults("dnsRefreshRate", config.dns_refresh_rate)
    if config.trust_domain:
        yield from trust_domain_faults("trustDomain", config.trust_domain)
    for index, domain in enumerate(config.trust_domain_aliases):
        yield from trust_domain_faults(f"trustDomainAliases[{index}]", domain)
    if config.root_namespace and not is_label(config.root_namespace):
        yield Fault("rootNamespace", f'"{config.root_namespace}" is not a namespace')
    for index, data in enumerate(config.ca_certificates):
        if data.pem and "-----BEGIN CERTIFICATE-----" not in data.pem:
            yield Fault(f"caCertificates[{index}].pem", "holds no certificate", "give certificates as PEM")
    yield from _export_faults(config)
    yield from _policy_faults(config)
    yield from extension_provider_faults("extensionProviders", config.extension_providers)
    yield from proxy_config_faults("defaultConfig", config.default_config)


def trust_domain_faults(path: str, domain: str) -> Iterator[Fault]:
    """Yield a fault unless `domain` can be a SPIFFE trust domain."""
    if not domain:
        yield Fault(path, "may not be empty")
    elif len(domain) > 255 or _TRUST_DOMAIN.fullmatch(domain) is None:
        yield Fault(path, f'"{domain}" is an invalid trust domain', "a DNS name, as example.com")


def _export_faults(config: MeshConfig) -> Iterator[Fault]:
    for name, values in (
        ("defaultServiceExportTo", config.default_service_export_to),
        ("defaultVirtualServiceExportTo", config.default_virtual_service_export_to),
        ("defaultDestinationRuleExportTo", config.default_destination_rule_export_to),
    ):
        yield from export_list_faults(name, values, none_allowed=True)


def _policy_faults(config: MeshConfig) -> Iterator[Fault]:
    if config.tcp_keepalive is not None:
        yield from keepalive_faults("tcpKeepalive", config.tcp_keepalive)
    yield from retry_faults("defaultHttpRetryPolicy", config.default_http_retry_policy)
    yield from inbound_retry_faults("defaultInboundHttpRetryPolicy", config.default_inbound_http_retry_policy)
    yield from locality_faults("localityLbSetting", config.locality_lb_setting, has_outliers=True)
    if config.default_traffic_policy is not None:
        yield from pool_faults("defaultTrafficPolicy.connectionPool", config.default_traffic_policy.connection_pool)
        yield from outlier_faults(
            "defaultTrafficPolicy.outlierDetection", config.default_traffic_policy.outlier_detection
        )


def inbound_retry_faults(path: str, retry: HTTPRetry | None) -> Iterator[Fault]:
    """Yield what is wrong with retries towards the application itself: there is one of it."""
    yield from retry_faults(path, retry)
    if retry is None or not retry.attempts:
        return
    settings = {
        "perTryTimeout": retry.per_try_timeout,
        "retryRemoteLocalities": retry.retry_remote_localities,
        "retryIgnorePreviousHosts": retry.retry_ignore_previous_hosts,
    }
    for name, value in settings.items():
        if value is not None:
            yield Fault(f"{path}.{name}", "has no effect on inbound retries", "remove it", "warning")
