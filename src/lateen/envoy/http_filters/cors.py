"""Answer browsers' preflights, and mark the answers that another origin may read, as routes say."""

from lateen.envoy.fields import Extension
from lateen.envoy.matching import text
from lateen.plan.listener import HttpProxy
from lateen.plan.route import Route
from lateen.proto.descriptors import message

_NAME = "envoy.filters.http.cors"
_PACKAGE = "envoy.extensions.filters.http.cors.v3"


def cors(proxy: HttpProxy) -> Extension | None:
    """The filter that does nothing until a route asks; inline routes never do."""
    return Extension(_NAME, message(f"{_PACKAGE}.Cors")()) if proxy.route_name else None


def route_cors(route: Route) -> Extension | None:
    """What a route asks of it."""
    if (plan := route.cors) is None:
        return None
    policy = message(f"{_PACKAGE}.CorsPolicy")(
        allow_methods=",".join(plan.methods),
        allow_headers=",".join(plan.headers),
        expose_headers=",".join(plan.expose),
    )
    for origin in plan.origins:
        text(policy.allow_origin_string_match.add(), origin)
    if plan.max_age_s >= 0:
        policy.max_age = str(plan.max_age_s)
    if plan.credentials is not None:
        policy.allow_credentials.value = plan.credentials
    policy.forward_not_matching_preflights.value = plan.forward_unmatched
    policy.filter_enabled.default_value.numerator = 100
    return Extension(_NAME, policy)
