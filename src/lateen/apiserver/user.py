"""Who asks, and the names that Kubernetes gives to users and groups of its own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lateen.apiserver.tokens import Subject

MASTERS = "system:masters"
NODES = "system:nodes"
ACCOUNTS = "system:serviceaccounts"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"

_ACCOUNT = "system:serviceaccount:"


class User(NamedTuple):
    """Who asks. `extra` as in Kubernetes' UserInfo; `subject` is set for service accounts' tokens."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = {}
    subject: Subject | None = None

    def info(self) -> dict[str, Any]:
        """The UserInfo that reviews answer with."""
        info: dict[str, Any] = {"username": self.name, "groups": list(self.groups)}
        info |= {"uid": self.uid} if self.uid else {}
        extra = {name: list(values) for name, values in self.extra.items()}
        return info | ({"extra": extra} if extra else {})


ANONYMOUS = User("system:anonymous", (UNAUTHENTICATED,))


def account_name(namespace: str, name: str) -> str:
    """The user name of a service account."""
    return f"{_ACCOUNT}{namespace}:{name}"


def account_groups(namespace: str) -> tuple[str, ...]:
    """The groups of every service account of a namespace."""
    return ACCOUNTS, f"{ACCOUNTS}:{namespace}", AUTHENTICATED


def account_of(user_name: str) -> tuple[str, str] | None:
    """Namespace and name of the service account that a user name stands for; None for everybody else."""
    namespace, colon, name = user_name.removeprefix(_ACCOUNT).partition(":")
    return (namespace, name) if user_name.startswith(_ACCOUNT) and colon and namespace and name else None
