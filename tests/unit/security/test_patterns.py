import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from lateen.plan.matching import StringMatch
from lateen.security import patterns

NAMES = st.text(st.sampled_from("ab.-+()[]|^$\\"), min_size=1, max_size=6)


def takes(match: StringMatch, text: str) -> bool:
    assert match.kind == "regex"
    return re2.fullmatch(match.value, text) is not None


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [("a", "exact", "a"), ("a*", "prefix", "a"), ("*a", "suffix", "a"), ("*", "regex", ".+")],
)
def test_stars_at_an_end_are_wildcards(value: str, kind: str, text: str) -> None:
    assert patterns.text(value) == StringMatch(kind, text)  # type: ignore[arg-type]


def test_any_header_may_be_empty_but_must_be_there() -> None:
    assert patterns.header("*", ignore_case=True) == StringMatch("present")
    assert patterns.header("A*", ignore_case=True) == StringMatch("prefix", "A", ignore_case=True)


def test_principals_are_uris_without_their_scheme() -> None:
    assert patterns.principal("td/ns/a/sa/b") == StringMatch("exact", "spiffe://td/ns/a/sa/b")
    assert patterns.principal("td/ns/a/*") == StringMatch("prefix", "spiffe://td/ns/a/")
    assert takes(patterns.principal("*/sa/b"), "spiffe://td/ns/a/sa/b")
    assert not takes(patterns.principal("*/sa/b"), "spiffe://td/ns/a/sa/bb")


@given(NAMES)
def test_what_users_write_is_never_part_of_an_expression(name: str) -> None:
    for match, uri in (
        (patterns.principal(f"*/{name}"), f"spiffe://td/{name}"),
        (patterns.namespace(name), f"spiffe://td/ns/{name}/sa/x"),
        (patterns.service_account(name, "own"), f"spiffe://td/ns/own/sa/{name}"),
        (patterns.trust_domain(f"{name}*"), f"spiffe://{name}/ns/a/sa/b"),
    ):
        assert takes(match, uri)
        assert not takes(match, uri.replace(name, "zzz"))


def test_namespaces_know_wildcards_and_other_names_do_not_fit() -> None:
    assert takes(patterns.namespace("prod-*"), "spiffe://td/ns/prod-a/sa/b")
    assert not takes(patterns.namespace("prod.a"), "spiffe://td/ns/prodxa/sa/b")


def test_service_accounts_are_of_the_policys_namespace_unless_they_say_another() -> None:
    assert takes(patterns.service_account("web", "shop"), "spiffe://any.td/ns/shop/sa/web")
    assert takes(patterns.service_account("bank/web", "shop"), "spiffe://any.td/ns/bank/sa/web")
    assert not takes(patterns.service_account("web", "shop"), "spiffe://any.td/ns/bank/sa/web")


def test_a_wildcard_in_a_trust_domain_ends_with_it() -> None:
    assert patterns.trust_domain("td") == StringMatch("prefix", "spiffe://td/")
    assert takes(patterns.trust_domain("bad*"), "spiffe://bad.example/ns/a/sa/b")
    assert not takes(patterns.trust_domain("bad*"), "spiffe://good/bad/a")


def test_operators_make_a_path_a_template() -> None:
    assert patterns.path_template("/a/{*}/b/{**}") == "/a/*/b/**"
    assert patterns.path_template("/a/*") == ""
