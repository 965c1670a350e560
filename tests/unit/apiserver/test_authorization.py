import pytest

from lateen.apiserver.authentication import User
from lateen.apiserver.authorization import (
    ACCOUNTS,
    CONTROL_PLANE,
    CONTROLLERS,
    MASTERS,
    NODES,
    Attributes,
    allowed,
    denial,
)
from lateen.apiserver.tokens import Reference, Subject

ISTIO = "networking.istio.io"


def may(group: str, verb: str, api: str, resource: str, subresource: str = "", namespace: str = "shop") -> bool:
    subject = Subject("shop", Reference("web", "u")) if group == ACCOUNTS else None
    return allowed(User("u", (group,), subject=subject), Attributes(verb, api, resource, subresource, namespace, "x"))


@pytest.mark.parametrize(
    ("group", "verb", "api", "resource", "subresource", "expected"),
    [
        (MASTERS, "delete", "", "pods", "", True),
        (MASTERS, "create", "", "serviceaccounts", "token", True),
        (CONTROL_PLANE, "watch", ISTIO, "virtualservices", "", True),
        (CONTROL_PLANE, "patch", ISTIO, "virtualservices", "status", True),
        (CONTROL_PLANE, "patch", ISTIO, "virtualservices", "", False),
        (CONTROL_PLANE, "create", "authentication.k8s.io", "tokenreviews", "", True),
        (CONTROL_PLANE, "create", "", "serviceaccounts", "token", False),
        (CONTROL_PLANE, "get", "", "pods", "log", False),
        (CONTROLLERS, "create", "", "pods", "", True),
        (CONTROLLERS, "update", "apps", "deployments", "status", True),
        (CONTROLLERS, "create", "", "serviceaccounts", "token", False),
        (CONTROLLERS, "patch", ISTIO, "virtualservices", "", False),
        (NODES, "patch", "", "pods", "status", True),
        (NODES, "patch", "", "pods", "", False),
        (NODES, "create", "", "pods", "", False),
        (NODES, "delete", "", "pods", "", True),
        (NODES, "create", "", "serviceaccounts", "token", True),
        (ACCOUNTS, "list", ISTIO, "virtualservices", "", True),
        (ACCOUNTS, "list", "", "secrets", "", False),
        (ACCOUNTS, "update", ISTIO, "virtualservices", "", False),
        ("system:authenticated", "get", "", "pods", "", False),
    ],
)
def test_roles(group: str, verb: str, api: str, resource: str, subresource: str, expected: bool) -> None:
    assert may(group, verb, api, resource, subresource) is expected


def test_a_workload_reads_its_own_namespace_only() -> None:
    assert not may(ACCOUNTS, "list", ISTIO, "virtualservices", namespace="other")
    assert not may(ACCOUNTS, "list", ISTIO, "virtualservices", namespace="")


def test_a_denial_says_who_may_not_do_what_where() -> None:
    told = denial(User("u"), Attributes("get", "", "pods", "log", "shop"))
    assert told == 'User "u" cannot get resource "pods/log" in API group "" in the namespace "shop"'
