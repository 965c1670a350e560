"""Extension providers that decide on requests for action CUSTOM: envoyExtAuthzHttp and envoyExtAuthzGrpc.

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from lateen.kinds.durations import nanoseconds
from lateen.plan.authorization import Body, HeaderPatterns, Provider
from lateen.plan.matching import StringMatch
from lateen.security.patterns import text

# The upstream of a service, by its namespace ("" = any), host and port; "" where there is no such service.
Locate = Callable[[str, str, int], str]

_TIMEOUT_MS = 600_000
_KINDS: tuple[tuple[str, Literal["http", "grpc"]], ...] = (("envoyExtAuthzHttp", "http"), ("envoyExtAuthzGrpc", "grpc"))
_STATUSES = frozenset({*range(100, 104), *range(200, 209), *range(300, 309), *range(400, 452), *range(500, 512), 226})


def external_authorizer(name: str, providers: Iterable[Mapping[str, Any]], locate: Locate) -> Provider | None:
    """Return the provider of this name; None when nobody can be asked by it: it is unknown, or what it says is wrong,
    or its service is unknown."""
    found = next((one for one in providers if one.get("name") == name), {})
    for kind, protocol in _KINDS:
        if isinstance(settings := found.get(kind), Mapping):
            try:
                return _provider(name, protocol, settings, locate)
            except (TypeError, ValueError):
                return None
    return None


def _provider(name: str, protocol: Literal["http", "grpc"], settings: Mapping[str, Any], locate: Locate) -> Provider:
    """Raises ValueError or TypeError for what Envoy would not take."""
    namespace, _, host = str(settings.get("service") or "").rpartition("/")
    port = int(settings.get("port") or 0)
    upstream = locate(namespace, host, port) if port in range(1, 65536) else ""
    status = int(settings.get("statusOnError") or 0)
    prefix = str(settings.get("pathPrefix") or "") if protocol == "http" else ""
    if not upstream or (status and status not in _STATUSES) or (prefix and not prefix.startswith("/")):
        raise ValueError(name)
    return Provider(
        name=name,
        protocol=protocol,
        upstream=upstream,
        authority=host,
        port=port,
        timeout_ms=_timeout(settings.get("timeout")),
        path_prefix=prefix,
        fail_open=settings.get("failOpen") is True,
        error_status=status,
        clear_route=settings.get("clearRouteCache") is True,
        body=_body(settings.get("includeRequestBodyInCheck")),
        headers=_headers(settings) if protocol == "http" else HeaderPatterns(),
    )


def _timeout(value: Any) -> int:
    length = nanoseconds(value) if value else _TIMEOUT_MS * 1_000_000
    if not length or length < 0:
        raise ValueError(value)
    return max(length // 1_000_000, 1)


def _body(settings: Mapping[str, Any] | None) -> Body | None:
    if settings is None:
        return None
    partial, as_bytes = settings.get("allowPartialMessage") is True, settings.get("packAsBytes") is True
    return Body(int(settings.get("maxRequestBytes") or 0), partial, as_bytes)


def _headers(settings: Mapping[str, Any]) -> HeaderPatterns:
    shown = settings.get("includeRequestHeadersInCheck") or settings.get("includeHeadersInCheck")
    added: Mapping[str, Any] = settings.get("includeAdditionalHeadersInCheck") or {}
    return HeaderPatterns(
        to_provider=_patterns(shown),
        added_to_provider=tuple(sorted((name, str(value)) for name, value in added.items())),
        to_upstream=_patterns(settings.get("headersToUpstreamOnAllow")),
        to_client_on_deny=_patterns(settings.get("headersToDownstreamOnDeny")),
        to_client_on_allow=_patterns(settings.get("headersToDownstreamOnAllow")),
    )


def _patterns(names: Iterable[str] | None) -> tuple[StringMatch, ...]:
    return tuple(
        StringMatch(found.kind, found.value, ignore_case=found.kind != "regex") for found in map(text, names or ())
    )
