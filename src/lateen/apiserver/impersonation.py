"""Let a user act as another: headers Impersonate-*, each authorized by the verb `impersonate`."""

from collections.abc import Iterator
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.rules import Attributes
from lateen.apiserver.status import bad_request
from lateen.apiserver.user import ANONYMOUS, AUTHENTICATED, User, account_groups, account_of

# https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
_USER, _GROUP, _UID, _EXTRA = "Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-"
_AUTHENTICATION = "authentication.k8s.io"


def impersonated(user: User, headers: CIMultiDictProxy[str], authorizer: Authorizer) -> User:
    """The user that a request of `user` acts as: themselves without such headers. Raises Refusal 400, 403."""
    if not any(name.lower().startswith("impersonate-") for name in headers):
        return user
    other = _wanted(headers)
    for asked in _asked(other, headers.getall(_GROUP, ())):
        authorizer.check(user, asked)
    return other


def _wanted(headers: CIMultiDictProxy[str]) -> User:
    name = headers.get(_USER, "")
    if not name:
        raise bad_request(f"impersonating groups, a uid or extra fields needs a user: send the header {_USER}")
    groups = tuple(headers.getall(_GROUP, ()))
    account = account_of(name)
    if not groups and account is not None:
        groups = account_groups(account[0])
    if name != ANONYMOUS.name and AUTHENTICATED not in groups:
        groups = (*groups, AUTHENTICATED)
    return User(name, groups if name != ANONYMOUS.name else ANONYMOUS.groups, headers.get(_UID, ""), _extra(headers))


def _extra(headers: CIMultiDictProxy[str]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(name for name in headers if name.lower().startswith(_EXTRA.lower()))
    return {unquote(name[len(_EXTRA) :]).lower(): tuple(headers.getall(name)) for name in names}


def _asked(other: User, groups: tuple[str, ...] | list[str]) -> Iterator[Attributes]:
    account = account_of(other.name)
    if account is not None:
        yield Attributes("impersonate", resource="serviceaccounts", namespace=account[0], name=account[1])
    else:
        yield Attributes("impersonate", resource="users", name=other.name)
    for group in groups:
        yield Attributes("impersonate", resource="groups", name=group)
    if other.uid:
        yield Attributes("impersonate", _AUTHENTICATION, "uids", name=other.uid)
    for key, values in other.extra.items():
        for value in values:
            yield Attributes("impersonate", _AUTHENTICATION, "userextras", key, "", value)
