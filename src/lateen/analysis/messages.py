"""The codes of findings: level, name and text. IST codes and their texts are Istio's contract with its users.

https://istio.io/latest/docs/reference/config/analysis/ and, for LAT codes, docs/findings.md.
"""

import json
import re
from typing import Any, Literal, NamedTuple

Level = Literal["Info", "Warning", "Error"]
LEVELS: tuple[Level, ...] = ("Info", "Warning", "Error")


class Message(NamedTuple):
    """What a code says. `template`: its verbs are Go's (%s, %d, %v, %q)."""

    level: Level
    name: str
    template: str


MESSAGES: dict[str, Message] = {
    "IST0002": Message("Warning", "Deprecated", "Deprecated: %s"),
    "IST0101": Message("Error", "ReferencedResourceNotFound", "Referenced %s not found: %q"),
    "IST0102": Message(
        "Info",
        "NamespaceNotInjected",
        "The namespace is not enabled for Istio injection. Run 'kubectl label namespace %s istio-"
        "injection=enabled' to enable it, or 'kubectl label namespace %s istio-injection=disabled' to "
        "explicitly mark it as not needing injection.",
    ),
    "IST0103": Message(
        "Warning",
        "PodMissingProxy",
        "The pod %s is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload.",
    ),
    "IST0106": Message("Error", "SchemaValidationError", "Schema validation error: %v"),
    "IST0107": Message(
        "Warning",
        "MisplacedAnnotation",
        "Misplaced annotation: %s can only be applied to %s",
    ),
    "IST0108": Message(
        "Warning",
        "UnknownAnnotation",
        "Unknown annotation: %s",
    ),
    "IST0109": Message(
        "Error",
        "ConflictingMeshGatewayVirtualServiceHosts",
        "The VirtualServices %s associated with mesh gateway define the same host %s which can lead to undefined "
        "behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.",
    ),
    "IST0110": Message(
        "Error",
        "ConflictingSidecarWorkloadSelectors",
        "The Sidecars %v in namespace %q select the same workload pod %q, which can lead to undefined behavior.",
    ),
    "IST0111": Message(
        "Error",
        "MultipleSidecarsWithoutWorkloadSelectors",
        "The Sidecars %v in namespace %q have no workload selector, which can lead to undefined behavior.",
    ),
    "IST0112": Message(
        "Error",
        "VirtualServiceDestinationPortSelectorRequired",
        "This VirtualService routes to a service %q that exposes multiple ports %v. Specifying a port in the "
        "destination is required to disambiguate.",
    ),
    "IST0116": Message(
        "Warning",
        "DeploymentAssociatedToMultipleServices",
        "This deployment %s is associated with multiple services using port %d but different protocols: %v",
    ),
    "IST0118": Message(
        "Info",
        "PortNameIsNotUnderNamingConvention",
        "Port name %s (port: %d, targetPort: %s) doesn't follow the naming convention of Istio port.",
    ),
    "IST0123": Message(
        "Warning",
        "NamespaceMultipleInjectionLabels",
        "The namespace has more than one type of injection labels %v, which may lead to undefined behavior. "
        "Make sure only one injection label exists.",
    ),
    "IST0125": Message(
        "Warning",
        "InvalidAnnotation",
        "Invalid annotation %s: %s",
    ),
    "IST0127": Message(
        "Warning",
        "NoMatchingWorkloadsFound",
        "No matching workloads for this resource with the following labels: %s",
    ),
    "IST0128": Message(
        "Warning",
        "NoServerCertificateVerificationDestinationLevel",
        "DestinationRule %s in namespace %s has TLS mode set to %s but no caCertificates are set to validate server "
        "identity for host: %s",
    ),
    "IST0129": Message(
        "Warning",
        "NoServerCertificateVerificationPortLevel",
        "DestinationRule %s in namespace %s has TLS mode set to %s but no caCertificates are set to validate server "
        "identity for host: %s at port %s",
    ),
    "IST0130": Message(
        "Warning",
        "VirtualServiceUnreachableRule",
        "VirtualService rule %v not used (%s).",
    ),
    "IST0131": Message(
        "Info",
        "VirtualServiceIneffectiveMatch",
        "VirtualService rule %v match %v is not used (duplicate/overlapping match in rule %v).",
    ),
    "IST0132": Message(
        "Warning",
        "VirtualServiceHostNotFoundInGateway",
        "one or more host %v defined in VirtualService %s not found in Gateway %s.",
    ),
    "IST0133": Message("Warning", "SchemaWarning", "Schema validation warning: %v"),
    "IST0134": Message(
        "Warning", "ServiceEntryAddressesRequired", "ServiceEntry addresses are required for this protocol."
    ),
    "IST0135": Message(
        "Info",
        "DeprecatedAnnotation",
        "Annotation %q has been deprecated%s and may not work in future Istio versions.",
    ),
    "IST0136": Message(
        "Info",
        "AlphaAnnotation",
        "Annotation %q is part of an alpha-phase feature and may be incompletely supported.",
    ),
    "IST0137": Message(
        "Warning",
        "DeploymentConflictingPorts",
        "This deployment %s is associated with multiple services %v using targetPort %q but different ports: %v.",
    ),
    "IST0138": Message(
        "Warning",
        "GatewayDuplicateCertificate",
        "Duplicate certificate in multiple gateways %v may cause 404s if clients re-use HTTP2 connections.",
    ),
    "IST0139": Message(
        "Error",
        "InvalidWebhook",
        "%v",
    ),
    "IST0140": Message(
        "Warning",
        "IngressRouteRulesNotAffected",
        "Subset in virtual service %s has no effect on ingress gateway %s requests",
    ),
    "IST0144": Message(
        "Warning",
        "InvalidApplicationUID",
        "User ID (UID) 1337 is reserved for the sidecar proxy.",
    ),
    "IST0145": Message(
        "Error", "ConflictingGateways", "Conflict with gateways %s (workload selector %s, port %s, hosts %v)."
    ),
    "IST0146": Message(
        "Warning",
        "ImageAutoWithoutInjectionWarning",
        "%s %s contains `image: auto` but does not match any Istio injection webhook selectors.",
    ),
    "IST0147": Message(
        "Error",
        "ImageAutoWithoutInjectionError",
        "%s %s contains `image: auto` but does not match any Istio injection webhook selectors.",
    ),
    "IST0148": Message(
        "Info",
        "NamespaceInjectionEnabledByDefault",
        "is enabled for Istio injection, as Istio is installed with enableNamespacesByDefault as true.",
    ),
    "IST0149": Message(
        "Error",
        "JwtClaimBasedRoutingWithoutRequestAuthN",
        "The virtual service uses the JWT claim based routing (key: %s) but found no request authentication "
        "for the gateway (%s) pod (%s). The request authentication must first be applied for the gateway pods"
        " to validate the JWT token and make the claims available for routing.",
    ),
    "IST0150": Message(
        "Warning",
        "ExternalNameServiceTypeInvalidPortName",
        "Port name for ExternalName service is invalid. Proxy may prevent tcp named ports and unmatched "
        "traffic for ports serving TCP protocol from being forwarded correctly",
    ),
    "IST0151": Message(
        "Warning",
        "EnvoyFilterUsesRelativeOperation",
        "This EnvoyFilter does not have a priority and has a relative patch operation set which can cause the "
        "EnvoyFilter not to be applied. Using the INSERT_FIRST of ADD option or setting the priority may help in "
        "ensuring the EnvoyFilter is applied correctly.",
    ),
    "IST0152": Message(
        "Error",
        "EnvoyFilterUsesReplaceOperationIncorrectly",
        "The REPLACE operation is only valid for HTTP_FILTER and NETWORK_FILTER.",
    ),
    "IST0153": Message(
        "Error",
        "EnvoyFilterUsesAddOperationIncorrectly",
        "The ADD operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.",
    ),
    "IST0154": Message(
        "Error",
        "EnvoyFilterUsesRemoveOperationIncorrectly",
        "The REMOVE operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.",
    ),
    "IST0155": Message(
        "Warning",
        "EnvoyFilterUsesRelativeOperationWithProxyVersion",
        "This EnvoyFilter does not have a priority and has a relative patch operation (NSTERT_BEFORE/AFTER, REPLACE, "
        "MERGE, DELETE) and proxyVersion set which can cause the EnvoyFilter not to be applied during an upgrade. "
        "Using the INSERT_FIRST or ADD option or setting the priority may help in ensuring the EnvoyFilter is applied "
        "correctly.",
    ),
    "IST0157": Message(
        "Warning",
        "InvalidTelemetryProvider",
        "The Telemetry %v in namespace %q with empty providers will be ignored.",
    ),
    "IST0158": Message(
        "Warning",
        "PodsIstioProxyImageMismatchInNamespace",
        "The Istio proxy images of the pods running in the namespace do not match the image defined in the "
        "injection configuration (pod names: %v). This often happens after upgrading the Istio control-plane "
        "and can be fixed by redeploying the pods.",
    ),
    "IST0159": Message(
        "Error",
        "ConflictingTelemetryWorkloadSelectors",
        "The Telemetries %v in namespace %q select the same workload pod %q, which can lead to undefined behavior.",
    ),
    "IST0160": Message(
        "Error",
        "MultipleTelemetriesWithoutWorkloadSelectors",
        "The Telemetries %v in namespace %q have no workload selector, which can lead to undefined behavior.",
    ),
    "IST0161": Message(
        "Error",
        "InvalidGatewayCredential",
        "The credential referenced by the Gateway %s in namespace %s is invalid, which can cause the traffic "
        "not to work as expected.",
    ),
    "IST0162": Message(
        "Warning",
        "GatewayPortNotDefinedOnService",
        "The gateway is listening on a target port (port %d) that is not defined in the Service associated with its "
        "workload instances (Pod selector %s). If you need to access the gateway port through the gateway Service, it "
        "will not be available.",
    ),
    "IST0163": Message(
        "Warning",
        "InvalidExternalControlPlaneConfig",
        "The hostname (%s) that was provided for the webhook (%s) to reach the ingress gateway on the "
        "external control plane cluster %s. Traffic may not flow properly.",
    ),
    "IST0164": Message(
        "Info",
        "ExternalControlPlaneAddressIsNotAHostname",
        "The address (%s) that was provided for the webhook (%s) to reach the ingress gateway on the external"
        " control plane cluster is an IP address. This is not recommended for a production environment.",
    ),
    "IST0166": Message(
        "Warning",
        "IneffectiveSelector",
        "Ineffective selector on Kubernetes Gateway %s. Use the TargetRef field instead.",
    ),
    "IST0171": Message(
        "Warning",
        "NegativeConditionStatus",
        "A condition with a negative status is present: type=%s, reason=%s, message=%s.",
    ),
    "IST0173": Message(
        "Error",
        "DestinationRuleSubsetNotSelectPods",
        "The Subset %s defined in the DestinationRule does not select any pods. Which may lead to 503 UH "
        "(NoHealthyUpstream).",
    ),
    "IST0174": Message(
        "Warning",
        "UnknownDestinationRuleHost",
        "The host %s defined in the DestinationRule does not match any services in the mesh.",
    ),
    "IST0175": Message(
        "Warning",
        "JwksUriFetchUnrestricted",
        "BLOCKED_CIDRS_IN_JWKS_URIS is not configured but %d RequestAuthentication resource(s) exist (%s). "
        "Consider configuring it to restrict JWKS URI fetches to trusted networks.",
    ),
    "IST0177": Message(
        "Warning",
        "ConflictingServiceEntryProtocol",
        "Multiple ServiceEntries (%s) define the same host %q and port %d with conflicting protocols (%s).",
    ),
    "LAT0001": Message(
        "Warning", "RateLimitNotEnforced", "local_ratelimit has no filter_enforced: 0 %% of requests will be limited"
    ),
    "LAT0002": Message(
        "Warning",
        "RetriesRepeatWrites",
        "Requests that change something are sent again on %s: a %s that was carried out already is carried out twice.",
    ),
    "LAT0003": Message(
        "Warning",
        "ServerFirstProtocolNotNamed",
        "server-first protocol needs explicit protocol: port %d of %s looks like %s, whose servers speak first",
    ),
    "LAT0004": Message(
        "Info",
        "GatewayErrorsAreNotAllErrors",
        "consecutiveGatewayErrors counts 502, 503 and 504 alone: a server that answers 500 is not ejected by it.",
    ),
    "LAT0005": Message(
        "Warning",
        "DestinationRuleNotObeyed",
        "No client obeys this DestinationRule for %s: %s",
    ),
    "LAT0006": Message(
        "Info",
        "DestinationRuleOverridden",
        "Clients in namespace %s obey DestinationRule %s for %s, and not this one",
    ),
    "LAT0007": Message("Warning", "LiteralPassword", "%s stands in the environment as text"),
    "LAT0008": Message(
        "Warning",
        "PeerAuthenticationNotObeyed",
        "This policy has no effect: for %s the older PeerAuthentication %s counts",
    ),
    "LAT0009": Message(
        "Error", "RequestPrincipalWithoutAuthentication", "Nobody checks tokens for the workloads of this policy: %s"
    ),
    "LAT0010": Message(
        "Error",
        "RequestPrincipalOfUnknownIssuer",
        "No RequestAuthentication for the workloads of this policy has the issuer %q: no token of it is accepted",
    ),
    "LAT0011": Message(
        "Warning", "HostNotOwned", "Namespace %s does not own the host %s: this counts in that namespace alone"
    ),
}

_VERB = re.compile(r"%([sdvq%])")


def text_of(code: str, arguments: tuple[Any, ...]) -> str:
    """Fill a code's template."""
    rest = iter(arguments)
    return _VERB.sub(lambda verb: "%" if verb[1] == "%" else _said(verb[1], next(rest)), MESSAGES[code].template)


def _said(verb: str, value: Any) -> str:
    if verb == "q":
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{' '.join(map(str, value))}]"
    return str(value)
