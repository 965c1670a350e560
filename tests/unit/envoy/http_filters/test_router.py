from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.router import router
from lateen.plan.listener import HttpProxy


def test_the_router_ends_every_chain():
    assert HTTP_FILTERS[-1].of_proxy is router
    assert router(HttpProxy(stat_prefix="", route_name="80")).name == "envoy.filters.http.router"
