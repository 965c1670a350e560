"""The annotations that Istio documents, and ours: how settled each is, and which objects it is for.

https://istio.io/latest/docs/reference/config/annotations/
"""

from typing import Literal, NamedTuple

Stage = Literal["Alpha", "Beta", "Stable"]
ANY = "Any"


class Annotation(NamedTuple):
    """`kinds`: what it may stand on, ANY for all. `automatic`: a controller writes it. `number`: its value is one."""

    kinds: tuple[str, ...] = ("Pod",)
    stage: Stage = "Alpha"
    automatic: bool = False
    number: bool = False
    deprecated: str = ""


_SERVICE = ("Service",)
_FOR_PODS = {
    "inject.istio.io": ("templates",),
    "prometheus.istio.io": ("merge-metrics",),
    "proxy.istio.io": ("overrides",),
    "readiness.status.sidecar.istio.io": ("applicationPorts",),
    "sidecar.istio.io": (
        "agentLogLevel", "bootstrapOverride", "componentLogLevel", "controlPlaneAuthPolicy", "discoveryAddress",
        "enableCoreDump", "extraStatTags", "interceptionMode", "logLevel", "nativeSidecar", "proxyCPU",
        "proxyCPULimit", "proxyImage", "proxyImageType", "proxyMemory", "proxyMemoryLimit", "rewriteAppHTTPProbers",
        "statsCompression", "statsHistogramBuckets", "statsInclusionPrefixes", "statsInclusionRegexps",
        "statsInclusionSuffixes", "userVolume", "userVolumeMount",
    ),
    "traffic.sidecar.istio.io": (
        "excludeInboundPorts", "excludeInterfaces", "excludeOutboundIPRanges", "excludeOutboundPorts",
        "includeInboundPorts", "includeOutboundIPRanges", "includeOutboundPorts",
    ),
    "ambient.istio.io": ("bypass-inbound-capture", "dns-capture"),
    "istio.io": ("reroute-virtual-interfaces",),
}  # fmt: skip
ANNOTATIONS: dict[str, Annotation] = {
    **{f"{group}/{name}": Annotation() for group, names in _FOR_PODS.items() for name in names},
    "proxy.istio.io/config": Annotation(stage="Beta"),
    "sidecar.istio.io/inject": Annotation(stage="Beta", deprecated="; use the label of the same name"),
    "sidecar.istio.io/status": Annotation(automatic=True),
    "status.sidecar.istio.io/port": Annotation(number=True),
    "readiness.status.sidecar.istio.io/failureThreshold": Annotation(number=True),
    "readiness.status.sidecar.istio.io/initialDelaySeconds": Annotation(number=True),
    "readiness.status.sidecar.istio.io/periodSeconds": Annotation(number=True),
    "traffic.sidecar.istio.io/kubevirtInterfaces": Annotation(deprecated="; use istio.io/reroute-virtual-interfaces"),
    "ambient.istio.io/redirection": Annotation(stage="Beta", automatic=True),
    "galley.istio.io/analyze-suppress": Annotation((ANY,), "Beta"),
    "gateway.istio.io/controller-version": Annotation((ANY,), automatic=True),
    "gateway.istio.io/managed": Annotation((ANY,), automatic=True),
    "gateway.istio.io/name-override": Annotation(("Gateway",)),
    "gateway.istio.io/service-account": Annotation(("Gateway",)),
    "istio.io/autoRegistrationGroup": Annotation(("WorkloadEntry",), automatic=True),
    "istio.io/connectedAt": Annotation(("WorkloadEntry",), automatic=True),
    "istio.io/workloadController": Annotation(("WorkloadEntry",), automatic=True),
    "proxy.istio.io/health-checks-enabled": Annotation(("WorkloadEntry",), automatic=True),
    "istio.io/dry-run": Annotation(("AuthorizationPolicy",)),
    "istio.io/rev": Annotation((ANY,), automatic=True),
    "kubernetes.io/ingress.class": Annotation(("Ingress",), "Stable"),
    "lateen.dev/merge": Annotation(("VirtualService",)),
    "networking.istio.io/address-type": Annotation(("Gateway",)),
    "networking.istio.io/exportTo": Annotation(_SERVICE),
    "networking.istio.io/service-type": Annotation(("Gateway",)),
    "networking.istio.io/traffic-distribution": Annotation(("Service", "ServiceEntry")),
    "topology.istio.io/controlPlaneClusters": Annotation(("Namespace",)),
    "traffic.istio.io/nodeSelector": Annotation(_SERVICE),
}
