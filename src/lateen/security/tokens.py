"""What a verified token says, as rules read it: the claims that the JWT filter leaves in its metadata.

`aud`, `azp` and other claims are a text or a list of them; Envoy is asked for both.
"""

from collections.abc import Iterable

from lateen.plan.authorization import AllOf, Expression, Metadata
from lateen.plan.matching import StringMatch
from lateen.security.patterns import ANYTHING, text

FILTER = "envoy.filters.http.jwt_authn"
PAYLOAD = "payload"


def claim(path: Iterable[str], values: Iterable[str]) -> Expression:
    """Match a claim: a text, or a list that holds one."""
    matches = tuple(text(value) for value in values)
    return Metadata(FILTER, (PAYLOAD, *path), texts=matches, members=matches)


def request_principal(value: str) -> Expression:
    """Match `issuer/subject`. The two stand apart in a token, so that the last `/` of `value` that is not of its scheme
    (`https://`) separates them."""
    if value == "*":
        return _both(ANYTHING, ANYTHING)
    issuer, slash, subject = _parted(value)
    if not slash and value.startswith("*"):
        return _both(ANYTHING, text(value))
    if not slash and value.endswith("*"):
        return _both(text(value), ANYTHING)
    return _both(_or_anything(text(issuer)), _or_anything(text(subject)) if value.endswith("*") else text(subject))


def _parted(value: str) -> tuple[str, str, str]:
    scheme, mark, rest = value.rpartition("://")
    issuer, slash, subject = rest.rpartition("/")
    return (scheme + mark + issuer, slash, subject) if slash else (value, "", "")


def _or_anything(match: StringMatch) -> StringMatch:
    return match if match.value or match.kind == "exact" else ANYTHING


def _both(issuer: StringMatch, subject: StringMatch) -> Expression:
    return AllOf((_of("iss", issuer), _of("sub", subject)))


def _of(name: str, match: StringMatch) -> Expression:
    return Metadata(FILTER, (PAYLOAD, name), texts=(match,))
