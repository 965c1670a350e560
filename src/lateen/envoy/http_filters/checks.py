"""Hold requests against rules of authorization, and ask others about those that rules mark."""

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from lateen.envoy.ext_authz import grpc_service, when_marked
from lateen.envoy.fields import Extension, milliseconds
from lateen.envoy.matching import text
from lateen.envoy.rbac import stage
from lateen.plan.authorization import Checks, Consultation, Provider, Stage
from lateen.plan.listener import HttpProxy
from lateen.plan.matching import StringMatch
from lateen.proto.descriptors import message

RBAC = "envoy.filters.http.rbac"
_EXT_AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"


def checks(proxy: HttpProxy) -> tuple[Extension, ...]:
    """Build the filters of a proxy's checks, each asking filter behind the one that marks for it."""
    return _filters(proxy.checks)


@functools.lru_cache(maxsize=4096)
def _filters(plan: Checks) -> tuple[Extension, ...]:
    return tuple(found for one in (*plan.custom, *plan.stages) for found in _of(one))


def _of(plan: Consultation | Stage) -> Iterator[Extension]:
    rules = plan if isinstance(plan, Stage) else plan.stage
    config = message("envoy.extensions.filters.http.rbac.v3.RBAC")()
    stage(config, rules)
    yield Extension(RBAC, config)
    if isinstance(plan, Consultation):
        yield Extension("envoy.filters.http.ext_authz", _ask(plan))


def _ask(plan: Consultation) -> Any:
    config, provider = message(_EXT_AUTHZ)(), plan.provider
    when_marked(config, plan, RBAC)
    config.clear_route_cache = provider.clear_route
    if provider.error_status:
        config.status_on_error.code = provider.error_status
    if (body := provider.body) is not None:
        config.with_request_body.max_request_bytes = body.bytes
        config.with_request_body.allow_partial_message = body.partial
        config.with_request_body.pack_as_bytes = body.as_bytes
    if provider.protocol == "grpc":
        grpc_service(config.grpc_service, provider)
    else:
        _http_service(config, provider)
    return config


def _http_service(config: Any, provider: Provider) -> None:
    service, headers = config.http_service, provider.headers
    service.server_uri.uri = f"http://{provider.authority}:{provider.port}"
    service.server_uri.cluster = provider.upstream
    milliseconds(service.server_uri.timeout, provider.timeout_ms)
    service.path_prefix = provider.path_prefix
    for name, value in headers.added_to_provider:
        service.authorization_request.headers_to_add.add(key=name, value=value)
    answer = service.authorization_response
    _patterns(config, "allowed_headers", headers.to_provider)
    _patterns(answer, "allowed_upstream_headers", headers.to_upstream)
    _patterns(answer, "allowed_client_headers", headers.to_client_on_deny)
    _patterns(answer, "allowed_client_headers_on_success", headers.to_client_on_allow)


def _patterns(owner: Any, field: str, matches: Iterable[StringMatch]) -> None:
    for match in matches:
        text(getattr(owner, field).patterns.add(), match)
