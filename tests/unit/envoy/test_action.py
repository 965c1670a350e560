import pytest
import re2

from lateen.envoy.action import act
from lateen.plan.matching import RouteMatch, StringMatch
from lateen.plan.route import Destination, DirectResponse, Forward, HeaderChanges, Redirect, Retries, Rewrite, Route
from lateen.plan.route_policy import HashKey, Mirror
from lateen.proto.descriptors import message

V1 = Destination(upstream="v1")


def acted(action, path=None):
    route = message("envoy.config.route.v3.Route")()
    act(route, Route(match=RouteMatch(path=path), action=action))
    return route


def forwarded(*destinations, path=None, **plan):
    return acted(Forward(destinations=destinations or (V1,), **plan), path).route


def test_no_timeout_is_said():
    route = forwarded()
    assert route.HasField("timeout") and route.timeout.ByteSize() == 0
    assert route.max_stream_duration.HasField("grpc_timeout_header_max")


def test_a_timeout_stands_alone_for_envoy_disregards_it_beside_another():
    route = forwarded(timeout_ms=2500)
    assert (route.timeout.seconds, route.timeout.nanos) == (2, 500_000_000)
    assert not route.HasField("max_stream_duration")


def test_no_retries():
    assert not forwarded(retries=None).HasField("retry_policy")
    assert not forwarded(retries=Retries(attempts=0)).HasField("retry_policy")


def test_destinations_share_by_weight_and_those_of_none_are_left_out():
    others = (Destination(upstream="v2", weight=30), Destination(upstream="v3", weight=0))
    route = forwarded(Destination(upstream="v1", weight=70), *others)
    assert [(c.name, c.weight.value) for c in route.weighted_clusters.clusters] == [("v1", 70), ("v2", 30)]
    assert forwarded(V1, others[1]).cluster == "v1"
    assert forwarded(Destination(upstream="v1", weight=0)).cluster == "v1"


def test_one_destination_with_headers_of_its_own_is_weighted():
    changes = HeaderChanges(set=(("x-a", "1"),))
    [only] = forwarded(Destination(upstream="v1", request_headers=changes)).weighted_clusters.clusters
    assert only.weight.value == 100
    assert only.request_headers_to_add[0].header.key == "x-a"


def test_rewrites_replace_what_matched():
    route = forwarded(path=StringMatch("prefix", "/a"), rewrite=Rewrite(path="/b", authority="c.d"))
    assert (route.prefix_rewrite, route.host_rewrite_literal) == ("/b", "c.d")
    assert forwarded(path=StringMatch("path_prefix", "/a"), rewrite=Rewrite(path="/b/")).prefix_rewrite == "/b"


def test_a_regular_rewrite_replaces_what_it_matches():
    rewrite = Rewrite(regex="^/(v1)/.*", substitution=r"/\1")
    route = forwarded(path=StringMatch("prefix", "/"), rewrite=rewrite)
    assert (route.regex_rewrite.pattern.regex, route.regex_rewrite.substitution) == ("^/(v1)/.*", r"/\1")
    assert not route.prefix_rewrite


@pytest.mark.parametrize(("path", "rewritten"), [("/a", "/"), ("/a/", "/"), ("/a/b", "/b")])
def test_a_path_prefix_rewritten_to_the_root_leaves_one_slash(path, rewritten):
    rewrite = forwarded(path=StringMatch("path_prefix", "/a/"), rewrite=Rewrite(path="/")).regex_rewrite
    assert re2.sub(rewrite.pattern.regex, rewrite.substitution, path) == rewritten


def test_redirects():
    plan = Redirect(path="/b", authority="c.d", scheme="https", port=8443, status=308)
    redirect = acted(plan).redirect
    assert (redirect.path_redirect, redirect.host_redirect) == ("/b", "c.d")
    assert (redirect.scheme_redirect, redirect.port_redirect, redirect.response_code) == ("https", 8443, 4)
    assert acted(Redirect()).redirect.WhichOneof("path_rewrite_specifier") is None


def test_direct_responses():
    assert acted(DirectResponse(503, "no")).direct_response.body.inline_string == "no"
    assert not acted(DirectResponse(503)).direct_response.HasField("body")


def test_copies_are_sent_for_a_share_of_the_requests():
    [mirror] = forwarded(mirrors=(Mirror("m", 0.5),)).request_mirror_policies
    assert (mirror.cluster, mirror.runtime_fraction.default_value.numerator) == ("m", 5000)


def test_requests_are_hashed_by_what_is_said():
    keys = (
        HashKey(kind="header", name="x-user"),
        HashKey(kind="query", name="user"),
        HashKey(kind="source_ip"),
        HashKey(kind="cookie", name="user", path="/", ttl_ms=0, attributes=(("SameSite", "Lax"),)),
        HashKey(kind="cookie", name="other"),
    )
    header, query, source, cookie, other = forwarded(hashing=keys).hash_policy
    assert (header.header.header_name, query.query_parameter.name) == ("x-user", "user")
    assert source.connection_properties.source_ip
    assert cookie.cookie.HasField("ttl") and cookie.cookie.attributes[0].name == "SameSite"
    assert not other.cookie.HasField("ttl")


def test_a_destination_with_a_host_of_its_own_is_asked_by_it():
    [only] = forwarded(Destination(upstream="v1", authority="a.x")).weighted_clusters.clusters
    assert only.host_rewrite_literal == "a.x"


def test_a_redirect_replaces_a_prefix():
    assert acted(Redirect(prefix="/b")).redirect.prefix_rewrite == "/b"


def test_a_redirect_keeps_the_slash_between_a_prefix_and_the_rest():
    to_root = acted(Redirect(prefix="/"), StringMatch("path_prefix", "/a")).redirect.regex_rewrite
    assert re2.sub(to_root.pattern.regex, to_root.substitution, "/a/b") == "/b"
    assert acted(Redirect(prefix="/b"), StringMatch("path_prefix", "/a")).redirect.prefix_rewrite == "/b"


@pytest.mark.parametrize(("replacement", "rewritten"), [("/b", "/b/"), ("/b/", "/b/"), ("/", "/")])
def test_of_the_whole_path_the_first_slash_is_replaced_too(replacement, rewritten):
    route = forwarded(path=StringMatch("path_prefix", "/"), rewrite=Rewrite(path=replacement))
    assert route.prefix_rewrite == rewritten


def test_what_is_missing_is_answered_as_said():
    assert forwarded().cluster_not_found_response_code == 0
    assert forwarded(missing=500).cluster_not_found_response_code == 2
