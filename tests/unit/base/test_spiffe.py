"""Identities are written and read as SPIFFE IDs in Istio's layout, and nothing else passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.base.spiffe import Identity

PART = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,10}[a-z0-9])?", fullmatch=True)


def test_uri_and_principal_name_domain_namespace_and_account() -> None:
    identity = Identity("cluster.local", "shop", "reviews")
    assert identity.uri == "spiffe://cluster.local/ns/shop/sa/reviews"
    assert identity.principal == "cluster.local/ns/shop/sa/reviews"


@given(PART, PART, PART)
def test_what_is_written_is_read_again(domain: str, namespace: str, account: str) -> None:
    identity = Identity(domain, namespace, account)
    assert Identity.parse(identity.uri) == identity


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "cluster.local/ns/shop/sa/reviews",
        "https://cluster.local/ns/shop/sa/reviews",
        "spiffe://cluster.local/ns/shop",
        "spiffe://cluster.local/ns/shop/sa/",
        "spiffe:///ns/shop/sa/reviews",
        "spiffe://cluster.local/ns/shop/sa/reviews/more",
        "spiffe://cluster.local/ns/a/b/sa/reviews",
        "spiffe://cluster.local/ns/shop/sa/reviews\n",
        "spiffe://cluster.local/sa/reviews/ns/shop",
        " spiffe://cluster.local/ns/shop/sa/reviews",
        "spiffe://cluster.local/ns/shop/sa/reviews?admin",
    ],
)
def test_anything_else_is_no_identity(uri: str) -> None:
    with pytest.raises(ValueError, match="not a workload's SPIFFE ID"):
        Identity.parse(uri)
