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
