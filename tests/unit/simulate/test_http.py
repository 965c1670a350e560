from lateen.proto.descriptors import message
from lateen.simulate.call import Call
from lateen.simulate.http import serve
from lateen.simulate.proxy import Proxy
from lateen.simulate.trail import Trail

Manager = message("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager")


def served(route, *filters, **host):
    table = {
        "name": "t",
        "virtual_hosts": [{"name": "h", "domains": ["*"], "routes": [route] if route else [], **host}],
    }
    manager = Manager(route_config=table, http_filters=[{"name": name} for name in filters])
    trail = Trail()
    serve(Proxy({}), manager, Call(port=1, host="a", headers={"X-To": "b"}), False, trail)
    return trail.outcome


def test_answers_and_redirects_are_the_proxys_own():
    assert served({"match": {"prefix": "/"}, "direct_response": {"status": 418}}).status == 418
    redirected = served({"match": {"prefix": "/"}, "redirect": {"path_redirect": "/b", "response_code": 1}})
    assert (redirected.status, redirected.location) == (302, "http://a/b")


def test_a_cluster_may_be_named_by_a_header():
    assert served({"match": {"prefix": "/"}, "route": {"cluster_header": "x-to"}}).cluster == "b"


def test_what_is_not_simulated_is_said():
    outcome = served({"match": {"prefix": "/"}, "route": {"cluster": "a"}}, "my.filter", "envoy.filters.http.router")
    assert [(step.name, step.why) for step in outcome.steps if step.stage == "filter"] == [
        ("my.filter", "what it does is not simulated")
    ]


def test_nothing_takes_it():
    assert served(None).failure == "no route"
    trail = Trail()
    serve(Proxy({}), Manager(rds={"route_config_name": "80"}), Call(port=1), False, trail)
    assert (trail.outcome.failure, trail.outcome.route_config) == ("no route", "80")


def test_what_is_sent_on_is_rewritten_first():
    route = {"match": {"prefix": "/"}, "route": {"cluster": "c", "prefix_rewrite": "/z/", "host_rewrite_literal": "o"}}
    outcome = served(route)
    assert (outcome.path, outcome.host) == ("/z/", "o")
