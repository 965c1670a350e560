from lateen.envoy.http_filters.cors import cors, route_cors
from lateen.plan.listener import HttpProxy
from lateen.plan.matching import RouteMatch, StringMatch
from lateen.plan.route import DirectResponse, Route, RouteConfig
from lateen.plan.route_policy import Cors


def asked(plan):
    return route_cors(Route(match=RouteMatch(), action=DirectResponse(200), cors=plan))


def test_the_filter_stands_where_route_tables_are_delivered():
    assert cors(HttpProxy(stat_prefix="a", route_name="80")).name == "envoy.filters.http.cors"
    assert cors(HttpProxy(stat_prefix="a", routes=RouteConfig(name="a", virtual_hosts=()))) is None


def test_a_route_says_who_may_read_its_answers():
    origins = (StringMatch("prefix", "https://a."),)
    plan = Cors(origins=origins, methods=("GET", "PUT"), headers=("x-a",), expose=("x-b",), max_age_s=60)
    policy = asked(plan).config
    assert policy.allow_origin_string_match[0].prefix == "https://a."
    assert (policy.allow_methods, policy.allow_headers, policy.expose_headers) == ("GET,PUT", "x-a", "x-b")
    assert policy.max_age == "60" and policy.forward_not_matching_preflights.value
    assert not policy.HasField("allow_credentials")
    assert asked(None) is None


def test_credentials_are_said_only_where_they_are():
    assert asked(Cors(credentials=True)).config.allow_credentials.value
    assert asked(Cors(credentials=False)).config.HasField("allow_credentials")
