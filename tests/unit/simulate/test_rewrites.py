import pytest

from lateen.proto.descriptors import message
from lateen.simulate.call import Call
from lateen.simulate.rewrites import location, rewritten_path
from lateen.simulate.routes import read_request

Match = message("envoy.config.route.v3.RouteMatch")
Action = message("envoy.config.route.v3.RouteAction")
Redirect = message("envoy.config.route.v3.RedirectAction")
Manager = message("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager")
MANAGER = Manager(normalize_path={"value": True})


@pytest.mark.parametrize(
    ("match", "action", "path", "expected"),
    [
        ({"prefix": "/a"}, {}, "/a/b?c", "/a/b?c"),
        ({"prefix": "/a"}, {"prefix_rewrite": "/z"}, "/a/b?c=/a", "/z/b?c=/a"),
        ({"path_separated_prefix": "/a"}, {"prefix_rewrite": "/z"}, "/a", "/z"),
        ({"path": "/a"}, {"prefix_rewrite": "/z"}, "/a?b", "/z?b"),
        ({"safe_regex": {"regex": "/a.*"}}, {"prefix_rewrite": "/z"}, "/abc?b", "/z?b"),
        (
            {"prefix": "/"},
            {"regex_rewrite": {"pattern": {"regex": "/(.*)"}, "substitution": r"/x/\1"}},
            "/b?c",
            "/x/b?c",
        ),
    ],
)
def test_what_matched_is_replaced(match, action, path, expected):
    assert rewritten_path(Match(**match), Action(**action), path) == expected


@pytest.mark.parametrize(
    ("redirect", "host", "expected"),
    [
        ({"path_redirect": "/z"}, "h", "http://h/z?q=1"),
        ({"path_redirect": "/z?p=2"}, "h", "http://h/z?p=2"),
        ({"path_redirect": "/z", "strip_query": True}, "h", "http://h/z"),
        ({"prefix_rewrite": "/z"}, "h", "http://h/z/b?q=1"),
        ({"https_redirect": True}, "h:80", "https://h/a/b?q=1"),
        ({"scheme_redirect": "https", "port_redirect": 444}, "h:81", "https://h:444/a/b?q=1"),
        ({"scheme_redirect": "https"}, "h:81", "https://h:81/a/b?q=1"),
        ({"host_redirect": "o"}, "h:81", "http://o/a/b?q=1"),
    ],
)
def test_a_client_is_sent_to_a_whole_url(redirect, host, expected):
    request = read_request(Call(port=80, host=host, path="/a/b?q=1"), "http", MANAGER)
    assert location(Match(prefix="/a"), Redirect(**redirect), request) == expected
