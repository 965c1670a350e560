"""Hold back or answer requests on purpose, as their route says."""

from lateen.envoy.fields import Extension, fraction, milliseconds
from lateen.plan.listener import HttpProxy
from lateen.plan.route import Route
from lateen.proto.descriptors import message

_NAME = "envoy.filters.http.fault"
_FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"


def fault(proxy: HttpProxy) -> Extension | None:
    """The filter that does nothing until a route asks; inline routes never do."""
    return Extension(_NAME, message(_FAULT)()) if proxy.route_name else None


def route_fault(route: Route) -> Extension | None:
    """What a route asks of it."""
    if (plan := route.fault) is None:
        return None
    config = message(_FAULT)()
    if plan.delay is not None:
        milliseconds(config.delay.fixed_delay, plan.delay.ms)
        fraction(config.delay.percentage, plan.delay.percent)
    if plan.abort is not None:
        if plan.abort.status:
            config.abort.http_status = plan.abort.status
        else:
            config.abort.grpc_status = plan.abort.grpc
        fraction(config.abort.percentage, plan.abort.percent)
    return Extension(_NAME, config)
