"""What the mesh can do of the Gateway API, by the names of the API's own features.

https://gateway-api.sigs.k8s.io/concepts/conformance/
"""

GATEWAY = (
    "Gateway", "GatewayAddressEmpty", "GatewayBackendClientCertificate", "GatewayFrontendClientCertificateValidation",
    "GatewayFrontendClientCertificateValidationInsecureFallback", "GatewayHTTPListenerIsolation",
    "GatewayInfrastructurePropagation", "GatewayPort8080", "GatewayStaticAddresses",
    "BackendTLSPolicy", "BackendTLSPolicySANValidation", "ListenerSet", "ReferenceGrant",
)  # fmt: skip
"""Of Gateways, and of what is attached to them beside routes."""

HTTP = (
    "HTTPRoute", "HTTPRoute303RedirectStatusCode", "HTTPRoute307RedirectStatusCode", "HTTPRoute308RedirectStatusCode",
    "HTTPRouteBackendProtocolH2C", "HTTPRouteBackendProtocolWebSocket", "HTTPRouteBackendRequestHeaderModification",
    "HTTPRouteBackendTimeout", "HTTPRouteCORS", "HTTPRouteDestinationPortMatching", "HTTPRouteHostRewrite",
    "HTTPRouteMethodMatching", "HTTPRouteNamedRouteRule", "HTTPRouteParentRefPort", "HTTPRoutePathRedirect",
    "HTTPRoutePathRewrite", "HTTPRoutePortRedirect", "HTTPRouteQueryParamMatching", "HTTPRouteRequestMirror",
    "HTTPRouteRequestMultipleMirrors", "HTTPRouteRequestPercentageMirror", "HTTPRouteRequestTimeout",
    "HTTPRouteResponseHeaderModification", "HTTPRouteRetry", "HTTPRouteRetryBackendTimeout",
    "HTTPRouteRetryConnectionError", "HTTPRouteSchemeRedirect",
)  # fmt: skip
"""Of HTTPRoutes."""

OTHERS = (
    "GRPCRoute", "GRPCRouteNamedRouteRule", "GRPCRouteRequestHeaderModifier",
    "TCPRoute", "TLSRoute", "TLSRouteModeMixed", "TLSRouteModeTerminate", "UDPRoute",
)  # fmt: skip
"""Of the other routes."""

MESH = (
    "Mesh", "MeshClusterIPMatching", "MeshConsumerRoute", "MeshHTTPRouteBackendRequestHeaderModification",
    "MeshHTTPRouteNamedRouteRule", "MeshHTTPRouteQueryParamMatching", "MeshHTTPRouteRedirectPath",
    "MeshHTTPRouteRedirectPort", "MeshHTTPRouteRewritePath", "MeshHTTPRouteSchemeRedirect",
)  # fmt: skip
"""Of routes that are attached to services."""

FEATURES = (*GATEWAY, *HTTP, *OTHERS, *MESH)

NOT_YET = ("HTTPRouteBackendRequestRedirect", "HTTPRouteBackendURLRewrite")
"""What the API names and the mesh can do in part: for a rule's only backend, and not for one of several."""

CORE = {
    "GATEWAY-HTTP": ("Gateway", "ReferenceGrant", "HTTPRoute"),
    "GATEWAY-TLS": ("Gateway", "ReferenceGrant", "TLSRoute"),
    "GATEWAY-GRPC": ("Gateway", "ReferenceGrant", "GRPCRoute"),
    "GATEWAY-TCP": ("Gateway", "ReferenceGrant", "TCPRoute"),
    "GATEWAY-UDP": ("Gateway", "ReferenceGrant", "UDPRoute"),
    "MESH-HTTP": ("Mesh", "HTTPRoute"),
    "MESH-GRPC": ("Mesh", "GRPCRoute"),
}
"""What an implementation of each of the API's profiles has to do; all else of the same objects is extended."""


def extended(profile: str) -> tuple[str, ...]:
    """Return the features that a profile has beside its core, those that the mesh cannot do among them."""
    route = CORE[profile][-1]
    around = MESH if profile.startswith("MESH") else GATEWAY
    every = (one for one in (*FEATURES, *NOT_YET) if one not in CORE[profile])
    return tuple(one for one in every if one in around or one.startswith(route))
