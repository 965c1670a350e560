"""Hold connections of which nobody understands the bytes against rules of authorization."""

import functools
from collections.abc import Iterator
from typing import Any

from lateen.envoy.ext_authz import grpc_service, when_marked
from lateen.envoy.fields import Extension
from lateen.envoy.rbac import stage
from lateen.plan.authorization import Checks, Consultation, Stage
from lateen.plan.listener import Chain, Listener, TcpProxy
from lateen.proto.descriptors import message

RBAC = "envoy.filters.network.rbac"
_STAT_PREFIX = "tcp."


def checks(chain: Chain, listener: Listener) -> tuple[Extension, ...]:
    """Build the filters of a chain's checks. A request's are in its HTTP proxy."""
    return _filters(chain.proxy.checks) if isinstance(chain.proxy, TcpProxy) else ()


@functools.lru_cache(maxsize=4096)
def _filters(plan: Checks) -> tuple[Extension, ...]:
    return tuple(found for one in (*plan.custom, *plan.stages) for found in _of(one))


def _of(plan: Consultation | Stage) -> Iterator[Extension]:
    rules = plan if isinstance(plan, Stage) else plan.stage
    config = message("envoy.extensions.filters.network.rbac.v3.RBAC")(stat_prefix=_STAT_PREFIX)
    stage(config, rules)
    yield Extension(RBAC, config)
    if isinstance(plan, Consultation):
        yield Extension("envoy.filters.network.ext_authz", _ask(plan))


def _ask(plan: Consultation) -> Any:
    config = message("envoy.extensions.filters.network.ext_authz.v3.ExtAuthz")(stat_prefix=_STAT_PREFIX)
    when_marked(config, plan, RBAC)
    grpc_service(config.grpc_service, plan.provider)
    return config
