import pytest

ROUTE = [{"destination": {"host": "x"}}]


def test_a_rule_does_exactly_one_thing(http_errors):
    assert http_errors(route=ROUTE) == []
    assert http_errors(name="idle") == [""]
    assert http_errors(route=ROUTE, redirect={"uri": "/"}) == [""]
    assert http_errors(delegate={"name": "a"}, redirect={"uri": "/"}) == [""]


def test_a_rewritten_prefix_needs_matches_by_prefix(http_errors):
    redirect = {"prefixRewrite": "/b"}
    assert http_errors(match=[{"uri": {"prefix": "/a"}}], redirect=redirect) == []
    assert http_errors(match=[{"uri": {"exact": "/a"}}], redirect=redirect) == ["redirect.prefixRewrite"]


def test_the_authority_is_set_once(http_errors):
    headers = {"request": {"set": {":authority": "a"}}}
    assert http_errors(route=ROUTE, headers=headers, rewrite={"authority": "b"}) == ["rewrite.authority"]
    assert http_errors(route=[{**ROUTE[0], "headers": headers}], rewrite={"authority": "b"}) == ["rewrite.authority"]


@pytest.mark.parametrize(
    ("mirror", "path"),
    [
        ({"mirror": {"host": "*"}}, "mirror.host"),
        ({"mirror": {"host": "a"}, "mirrors": [{"destination": {"host": "b"}}]}, "mirrors"),
        ({"mirrorPercentage": {"value": 101}}, "mirrorPercentage.value"),
        ({"mirrorPercent": 101}, "mirrorPercent"),
        ({"mirrors": [{}]}, "mirrors[0].destination"),
        ({"mirrors": [{"destination": {"host": "a"}, "percentage": {"value": -1}}]}, "mirrors[0].percentage.value"),
    ],
)
def test_mirrors_are_checked(http_errors, mirror, path):
    assert http_errors(route=ROUTE, **mirror) == [path]


@pytest.mark.parametrize("name", ["mirrorPercent", "mirror_percent"])
def test_old_mirror_percentages_are_warned_of(http_warnings, name):
    assert http_warnings(route=ROUTE, mirror={"host": "a"}, **{name: 5}) == [name]


def test_a_timeout_is_a_duration_of_a_millisecond_at_least(http_errors):
    assert http_errors(route=ROUTE, timeout="1ms") == []
    assert http_errors(route=ROUTE, timeout="0s") == ["timeout"]
    assert http_errors(route=ROUTE, timeout="soon") == ["timeout"]


def test_a_route_needs_a_destination(http_errors):
    assert http_errors(route=[{"weight": 1}]) == ["route[0].destination"]
