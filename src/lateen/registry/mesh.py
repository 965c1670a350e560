"""The mesh's settings: the ConfigMap `istio` in `istio-system`, or Istio's defaults where it is silent."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from lateen.base.refs import Key
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.mesh_config import MeshConfig, TLSConfig
from lateen.kinds.networking.locality import LocalityLoadBalancerSetting
from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.listener import PathNormalization
from lateen.plan.upstream import Keepalive
from lateen.registry.durations import milliseconds

MESH_KEY = Key("istio-system", "istio")


class TlsLimits(Struct, frozen=True, gc=False):
    """What TLS may be. `min_version`: as Gateways name it, "" = TLS 1.2; `ciphers` (of TLS 1.2) and `curves` () =
    the proxy's."""

    min_version: str = ""
    ciphers: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


def mesh_map(revision: str = "") -> Key:
    """Return the ConfigMap with the mesh's settings, as a control plane of this revision reads them."""
    return MESH_KEY._replace(name=f"istio-{revision}") if revision else MESH_KEY


class Mesh(Struct, frozen=True, kw_only=True):
    """What the mesh's settings come to. `allow_any`: traffic to unknown hosts goes on (ALLOW_ANY); `dynamic_dns`:
    HTTP among it to where its host is found. `auto_mtls`: clients use mesh TLS wherever it is accepted. `access_log`:
    a path, "" = none. `detection_timeout_ms`: how long sniffing waits for the client, 0 = for ever. Default `exports`
    are those of objects that say nothing. `discovery`: which namespaces are the mesh's, () = all. `plain_registries`:
    of images, without TLS, "*" = all. `config_map`: where the settings are.
    `trust_domain_aliases`: other trust domains whose identities are this mesh's. `several_authorizers`: a workload may
    ask more than one extension provider. `ingress_class`, `ingress_by_default`: which Ingresses are for gateways with
    the label istio=`ingress_selector`. `mtls`: limits of the mesh's own TLS, `tls`: of any other.
    `host_ownership`: namespaces route for others only what they own. `roots`: certificates (PEM) that are trusted
    beside the mesh's own."""

    config_map: Key = MESH_KEY
    root_namespace: str = "istio-system"
    trust_domain: str = "cluster.local"
    trust_domain_aliases: tuple[str, ...] = ()
    extension_providers: tuple[Mapping[str, Any], ...] = ()
    several_authorizers: bool = False
    path_normalization: PathNormalization = "BASE"
    allow_any: bool = True
    dynamic_dns: bool = False
    localhost: bool = False
    auto_mtls: bool = True
    access_log: str = ""
    retries: HTTPRetry | None = None
    h2_upgrade: bool = False
    connect_timeout_ms: int = 10_000
    detection_timeout_ms: int = 0
    keepalive: Keepalive | None = None
    locality: LocalityLoadBalancerSetting = LocalityLoadBalancerSetting()
    service_exports: tuple[str, ...] = ("*",)
    virtual_service_exports: tuple[str, ...] = ("*",)
    destination_rule_exports: tuple[str, ...] = ("*",)
    discovery: tuple[LabelSelector, ...] = ()
    plain_registries: tuple[str, ...] = ()
    host_ownership: bool = False
    roots: str = ""
    mtls: TlsLimits = TlsLimits()
    tls: TlsLimits = TlsLimits()
    ingress_class: str = "istio"
    ingress_by_default: bool = False
    ingress_selector: str = "ingressgateway"

    @property
    def trust_domains(self) -> tuple[str, ...]:
        """The trust domains whose identities are this mesh's, its own first."""
        return (self.trust_domain, *self.trust_domain_aliases)


DEFAULT_MESH = Mesh()


def mesh_settings(config: MeshConfig, default: Mesh = DEFAULT_MESH) -> Mesh:
    """Read the settings out of a MeshConfig; `default`: what counts where it is silent."""
    policy, inward = config.outbound_traffic_policy, config.inbound_traffic_policy
    return Mesh(
        config_map=default.config_map,
        root_namespace=config.root_namespace or default.root_namespace,
        trust_domain=config.trust_domain or default.trust_domain,
        trust_domain_aliases=config.trust_domain_aliases,
        extension_providers=config.extension_providers,
        several_authorizers=default.several_authorizers,
        path_normalization=_normalization(config),
        allow_any=policy is None or policy.mode != "REGISTRY_ONLY",
        dynamic_dns=policy is not None and policy.mode == "ALLOW_ANY_DYNAMIC_DNS",
        localhost=inward is not None and inward.mode == "LOCALHOST",
        auto_mtls=config.enable_auto_mtls is not False,
        access_log=config.access_log_file,
        retries=config.default_http_retry_policy,
        h2_upgrade=config.h2_upgrade_policy == "UPGRADE",
        connect_timeout_ms=milliseconds(config.connect_timeout, default.connect_timeout_ms),
        detection_timeout_ms=milliseconds(config.protocol_detection_timeout),
        keepalive=_keepalive(config),
        locality=config.locality_lb_setting or default.locality,
        service_exports=tuple(config.default_service_export_to or ("*",)),
        virtual_service_exports=tuple(config.default_virtual_service_export_to or ("*",)),
        destination_rule_exports=tuple(config.default_destination_rule_export_to or ("*",)),
        discovery=config.discovery_selectors,
        plain_registries=_plain_registries(config),
        roots="\n".join(data.pem for data in config.ca_certificates if data.pem),
        host_ownership=config.host_ownership == "ENFORCED",
        mtls=_limits(config.mesh_mtls),
        tls=_limits(config.tls_defaults),
        ingress_class=config.ingress_class or default.ingress_class,
        ingress_by_default=config.ingress_controller_mode == "DEFAULT",
        ingress_selector=config.ingress_selector or default.ingress_selector,
    )


def _limits(said: TLSConfig | None) -> TlsLimits:
    if said is None:
        return TlsLimits()
    lowest = "" if said.min_protocol_version == "TLS_AUTO" else said.min_protocol_version
    return TlsLimits(lowest, said.cipher_suites, said.ecdh_curves)


def _normalization(config: MeshConfig) -> PathNormalization:
    said = config.path_normalization.normalization if config.path_normalization else "DEFAULT"
    return "BASE" if said == "DEFAULT" else said


def _plain_registries(config: MeshConfig) -> tuple[str, ...]:
    """As proxies of Istio's are told of them."""
    said = config.default_config.proxy_metadata if config.default_config is not None else {}
    return tuple(one.strip() for one in said.get("WASM_INSECURE_REGISTRIES", "").split(",") if one.strip())


def _keepalive(config: MeshConfig) -> Keepalive | None:
    said = config.tcp_keepalive
    return Keepalive(said.probes, milliseconds(said.time), milliseconds(said.interval)) if said else None
