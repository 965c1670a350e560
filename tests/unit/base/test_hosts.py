"""Short names, wildcards and their order, as Istio documents them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.base.hosts import closeness, covers, fqdn, overlap

LABEL = st.text("abcx-", min_size=1, max_size=3)
NAME = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
PATTERN = st.one_of(NAME, NAME.map(lambda name: f"*.{name}"), st.just("*"))


@pytest.mark.parametrize(
    ("host", "full"),
    [
        ("reviews", "reviews.shop.svc.cluster.local"),
        ("reviews.shop", "reviews.shop"),
        ("example.com", "example.com"),
        ("*", "*"),
        ("*.com", "*.com"),
    ],
)
def test_only_a_name_without_dots_gets_its_namespaces_domain(host: str, full: str) -> None:
    assert fqdn(host, "shop") == full


def test_the_clusters_domain_may_be_another() -> None:
    assert fqdn("reviews", "shop", "mesh.example") == "reviews.shop.svc.mesh.example"


@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("a.com", "a.com", True),
        ("a.com", "b.a.com", False),
        ("*.com", "a.com", True),
        ("*.com", "b.a.com", True),
        ("*.com", "com", False),
        ("*.com", ".com", False),
        ("*.com", "acom", False),
        ("*.com", "*.a.com", True),
        ("*.a.com", "*.com", False),
        ("*", "anything", True),
        ("*", "*.com", True),
        ("a.com", "*", False),
    ],
)
def test_a_wildcard_covers_what_ends_as_it_does_and_is_longer(pattern: str, host: str, covered: bool) -> None:
    assert covers(pattern, host) is covered


@given(PATTERN)
def test_every_pattern_covers_itself_and_is_covered_by_the_star(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)


@given(PATTERN, PATTERN, PATTERN)
def test_covering_is_transitive(one: str, two: str, three: str) -> None:
    if covers(one, two) and covers(two, three):
        assert covers(one, three)


@given(PATTERN, PATTERN)
def test_what_is_covered_by_another_pattern_is_closer(one: str, two: str) -> None:
    if one != two and covers(one, two):
        assert closeness(two) < closeness(one)


@given(st.lists(PATTERN), NAME)
def test_the_closest_pattern_that_covers_a_host_is_the_host_itself_when_it_is_there(
    patterns: list[str], host: str
) -> None:
    found = min((one for one in [*patterns, host] if covers(one, host)), key=closeness)
    assert found == host


def test_order_is_names_then_longer_wildcards_then_the_star() -> None:
    given_ = ["*", "*.com", "a.b.com", "*.b.com"]
    assert sorted(given_, key=closeness) == ["a.b.com", "*.b.com", "*.com", "*"]


@given(PATTERN, PATTERN)
def test_the_overlap_of_two_patterns_is_the_one_that_the_other_covers(one: str, two: str) -> None:
    both = overlap(one, two)
    assert both == overlap(two, one)
    assert (both is None) == (not covers(one, two) and not covers(two, one))
    assert both is None or (covers(one, both) and covers(two, both))
