from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.dynamic_dns import dynamic_dns
from lateen.plan.listener import HttpProxy


def test_hosts_are_looked_up_where_that_is_asked_for():
    assert dynamic_dns(HttpProxy(stat_prefix="s", route_name="80")) is None
    found = dynamic_dns(HttpProxy(stat_prefix="s", route_name="80", dynamic_dns=True))
    assert found.name == "envoy.filters.http.dynamic_forward_proxy"
    assert found.config.dns_cache_config.name


def test_it_is_the_last_before_the_router():
    assert [each.of_proxy.__name__ for each in HTTP_FILTERS][-2:] == ["dynamic_dns", "router"]
