import pytest

from lateen.plan.authorization import AllOf, Metadata
from lateen.plan.matching import StringMatch
from lateen.security.tokens import FILTER, claim, request_principal

ANY = ("regex", ".+")


@pytest.mark.parametrize(
    ("value", "issuer", "subject"),
    [
        ("*", ANY, ANY),
        ("issuer/sub", ("exact", "issuer"), ("exact", "sub")),
        ("issuer", ("exact", "issuer"), ("exact", "")),
        ("https://a.com/sub", ("exact", "https://a.com"), ("exact", "sub")),
        ("https://a.com/*", ("exact", "https://a.com"), ANY),
        ("https://a.com/x/su*", ("exact", "https://a.com/x"), ("prefix", "su")),
        ("https://a*", ("prefix", "https://a"), ANY),
        ("https://a.com", ("exact", "https://a.com"), ("exact", "")),
        ("iss*", ("prefix", "iss"), ANY),
        ("*sub", ANY, ("suffix", "sub")),
        ("*.com/sub", ("suffix", ".com"), ("exact", "sub")),
        ("*/sub", ANY, ("exact", "sub")),
    ],
)
def test_a_principal_is_an_issuer_and_a_subject(value: str, issuer: tuple[str, str], subject: tuple[str, str]) -> None:
    found = request_principal(value)
    assert isinstance(found, AllOf)
    for one, name, wanted in zip(found.all_of, ("iss", "sub"), (issuer, subject), strict=True):
        assert one == Metadata(FILTER, ("payload", name), texts=(StringMatch(*wanted),))  # type: ignore[arg-type]


def test_a_claim_is_a_text_or_a_list_that_holds_one() -> None:
    match = StringMatch("exact", "a")
    assert claim(("x", "y"), ["a"]) == Metadata(FILTER, ("payload", "x", "y"), texts=(match,), members=(match,))
