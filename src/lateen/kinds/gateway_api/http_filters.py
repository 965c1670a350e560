"""What an HTTPRoute does with requests besides forwarding them.

https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.header_filters import (
    HTTPHeaderFilter,
    HTTPRequestMirrorFilter,
    header_faults,
    mirror_faults,
    once_faults,
    repeated,
    type_faults,
)
from lateen.kinds.gateway_api.names import Count, HeaderName, PathText, Port, Positive, PreciseHostname
from lateen.kinds.gateway_api.references import BackendObjectReference, LocalObjectReference, backend_faults
from lateen.kinds.model import Model

_ORIGIN = r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)"
_PATH = r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$"
_Origin = Annotated[str, Meta(pattern=_ORIGIN, min_length=1, max_length=253)]
_Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"]
_Names = Annotated[tuple[HeaderName, ...], Meta(max_length=64)]
_Texts = Annotated[tuple[str, ...], Meta(max_length=64)]
# Types of filters that may stand once only.
_ONCE = ("CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite")


class HTTPCORSFilter(Model, frozen=True, kw_only=True):
    """Cross-origin requests that are allowed. `max_age` in seconds."""

    allow_origins: Annotated[tuple[_Origin, ...], Meta(max_length=64)] = ()
    allow_credentials: bool | None = None
    allow_methods: Annotated[tuple[_Method, ...], Meta(max_length=9)] = ()
    allow_headers: _Names = ()
    expose_headers: _Names = ()
    max_age: Positive = 5


class HTTPPathModifier(Model, frozen=True, kw_only=True):
    """A path that is replaced whole, or in the prefix that matched."""

    type: Literal["ReplaceFullPath", "ReplacePrefixMatch"]
    replace_full_path: PathText | None = None
    replace_prefix_match: PathText | None = None


class HTTPRequestRedirectFilter(Model, frozen=True, kw_only=True):
    """Clients are sent elsewhere."""

    scheme: Literal["http", "https"] | None = None
    hostname: PreciseHostname = ""
    path: HTTPPathModifier | None = None
    port: Port | None = None
    status_code: Literal[301, 302, 303, 307, 308] = 302


class HTTPURLRewriteFilter(Model, frozen=True, kw_only=True):
    """Requests are changed on their way."""

    hostname: PreciseHostname = ""
    path: HTTPPathModifier | None = None


class GRPCAuthConfig(Model, frozen=True, kw_only=True):
    """A gRPC server of authorization is asked."""

    allowed_headers: _Texts = ()


class HTTPAuthConfig(Model, frozen=True, kw_only=True):
    """An HTTP server of authorization is asked, below `path`."""

    path: Annotated[str, Meta(pattern=_PATH, max_length=1024)] = ""
    allowed_headers: _Texts = ()
    allowed_response_headers: _Texts = ()


class ForwardBodyConfig(Model, frozen=True, kw_only=True):
    """How many bytes of a body are shown to the server of authorization."""

    max_size: Count = 0


class HTTPExternalAuthFilter(Model, frozen=True, kw_only=True):
    """Somebody else is asked whether a request may pass."""

    protocol: Literal["HTTP", "GRPC"]
    backend_ref: BackendObjectReference
    grpc: GRPCAuthConfig | None = None
    http: HTTPAuthConfig | None = None
    forward_body: ForwardBodyConfig | None = None


class HTTPRouteFilter(Model, frozen=True, kw_only=True):
    """One filter: a type, and the setting of that type."""

    type: Literal[
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
        "RequestRedirect",
        "URLRewrite",
        "ExtensionRef",
        "CORS",
        "ExternalAuth",
    ]
    request_header_modifier: HTTPHeaderFilter | None = None
    response_header_modifier: HTTPHeaderFilter | None = None
    request_mirror: HTTPRequestMirrorFilter | None = None
    request_redirect: HTTPRequestRedirectFilter | None = None
    url_rewrite: HTTPURLRewriteFilter | None = None
    extension_ref: LocalObjectReference | None = None
    cors: HTTPCORSFilter | None = None
    external_auth: HTTPExternalAuthFilter | None = None


def http_filters_faults(path: str, filters: Sequence[HTTPRouteFilter]) -> Iterator[Fault]:
    """Yield what is wrong with filters, and with several of them together."""
    kinds = [each.type for each in filters]
    yield from once_faults(path, kinds, _ONCE)
    if {"RequestRedirect", "URLRewrite"} <= set(kinds):
        said = "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both"
        yield Fault(path, said)
    for index, each in enumerate(filters):
        yield from _filter_faults(f"{path}[{index}]", each)


def replaces_prefix(found: HTTPRouteFilter) -> str:
    """Name the filter if it replaces the prefix that matched; "" if it does not."""
    for name, setting in (("RequestRedirect", found.request_redirect), ("URLRewrite", found.url_rewrite)):
        if setting is not None and setting.path is not None and setting.path.replace_prefix_match is not None:
            return name
    return ""


def _filter_faults(path: str, each: HTTPRouteFilter) -> Iterator[Fault]:
    settings = {
        "RequestHeaderModifier": each.request_header_modifier,
        "ResponseHeaderModifier": each.response_header_modifier,
        "RequestMirror": each.request_mirror,
        "RequestRedirect": each.request_redirect,
        "URLRewrite": each.url_rewrite,
        "ExtensionRef": each.extension_ref,
        "CORS": each.cors,
        "ExternalAuth": each.external_auth,
    }
    yield from type_faults(path, each.type, settings)
    yield from header_faults(f"{path}.requestHeaderModifier", each.request_header_modifier)
    yield from header_faults(f"{path}.responseHeaderModifier", each.response_header_modifier)
    yield from mirror_faults(f"{path}.requestMirror", each.request_mirror)
    for name, setting in (("requestRedirect", each.request_redirect), ("urlRewrite", each.url_rewrite)):
        if setting is not None and setting.path is not None:
            yield from _path_faults(f"{path}.{name}.path", setting.path)
    yield from _cors_faults(f"{path}.cors", each.cors)
    yield from _auth_faults(f"{path}.externalAuth", each.external_auth)


def _path_faults(path: str, found: HTTPPathModifier) -> Iterator[Fault]:
    pairs = (
        ("ReplaceFullPath", "replaceFullPath", found.replace_full_path),
        ("ReplacePrefixMatch", "replacePrefixMatch", found.replace_prefix_match),
    )
    for kind, field, value in pairs:
        if found.type == kind and value is None:
            yield Fault(f"{path}.{field}", f"{field} must be specified when type is set to '{kind}'")
        if found.type != kind and value is not None:
            yield Fault(f"{path}.type", f"type must be '{kind}' when {field} is set")


def _cors_faults(path: str, found: HTTPCORSFilter | None) -> Iterator[Fault]:
    if found is None:
        return
    lists: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("allowHeaders", "AllowHeaders cannot contain '*' alongside other methods", found.allow_headers),
        ("allowMethods", "AllowMethods cannot contain '*' alongside other methods", found.allow_methods),
        ("allowOrigins", "AllowOrigins cannot contain '*' alongside other origins", found.allow_origins),
    )
    for field, said, values in lists:
        if "*" in values and len(values) > 1:
            yield Fault(f"{path}.{field}", said)
        yield from repeated(f"{path}.{field}", values)


def _auth_faults(path: str, found: HTTPExternalAuthFilter | None) -> Iterator[Fault]:
    if found is None:
        return
    yield from backend_faults(f"{path}.backendRef", found.backend_ref)
    for kind, field, value in (("GRPC", "grpc", found.grpc), ("HTTP", "http", found.http)):
        if found.protocol == kind and value is None:
            yield Fault(f"{path}.{field}", f"{field} must be specified when protocol is set to '{kind}'")
        if found.protocol != kind and value is not None:
            yield Fault(f"{path}.protocol", f"protocol must be '{kind}' when {field} is set")
