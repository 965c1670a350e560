from lateen.envoy.http_filters.fault import fault, route_fault
from lateen.plan.listener import HttpProxy
from lateen.plan.matching import RouteMatch
from lateen.plan.route import DirectResponse, Route, RouteConfig
from lateen.plan.route_policy import Abort, Delay, Fault


def route(plan):
    return Route(match=RouteMatch(), action=DirectResponse(200), fault=plan)


def test_the_filter_stands_where_route_tables_are_delivered():
    assert fault(HttpProxy(stat_prefix="a", route_name="80")).name == "envoy.filters.http.fault"
    assert fault(HttpProxy(stat_prefix="a", routes=RouteConfig(name="a", virtual_hosts=()))) is None


def test_a_route_says_its_faults():
    config = route_fault(route(Fault(Delay(3000, 50.0), Abort(500, 0.01)))).config
    assert (config.delay.fixed_delay.seconds, config.delay.percentage.numerator) == (3, 500_000)
    assert (config.abort.http_status, config.abort.percentage.numerator) == (500, 100)
    assert config.abort.percentage.denominator == 2
    assert route_fault(route(Fault(abort=Abort(0, 1.0, 14)))).config.abort.grpc_status == 14
    assert route_fault(route(None)) is None
