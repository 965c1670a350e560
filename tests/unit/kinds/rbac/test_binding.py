import pytest

from lateen.kinds.all import by_kind
from lateen.kinds.decode import check
from lateen.kinds.rbac.binding import subjects_of

ROLE = {"kind": "ClusterRole", "name": "view"}
ACCOUNT = {"kind": "ServiceAccount", "name": "web", "namespace": "shop"}


def paths(kind="RoleBinding", role=ROLE, subjects=()):
    metadata = {"name": "x"}
    raw = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata}
    return [fault.path for fault in check({**raw, "roleRef": role, "subjects": list(subjects)})]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({"kind": "Role", "name": "x"}, []),
        ({"kind": "Group", "name": "x"}, ["roleRef.kind"]),
        ({"kind": "Role", "name": ""}, ["roleRef.name"]),
        ({"kind": "Role", "name": "x", "apiGroup": "apps"}, ["roleRef.apiGroup"]),
    ],
)
def test_it_names_a_role(role, expected):
    assert paths(role=role) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (ACCOUNT, []),
        ({"kind": "ServiceAccount", "name": "web"}, ["namespace"]),
        ({**ACCOUNT, "apiGroup": "apps"}, ["apiGroup"]),
        ({"kind": "User", "name": "a", "apiGroup": "rbac.authorization.k8s.io"}, []),
        ({"kind": "User", "name": "a", "apiGroup": "apps"}, ["apiGroup"]),
        ({"kind": "Group", "name": ""}, ["name"]),
        ({"kind": "Pod", "name": "x"}, ["kind"]),
    ],
)
def test_it_names_who_gets_it(subject, expected):
    assert paths(subjects=[subject]) == [f"subjects[0].{field}" for field in expected]


def test_columns_name_role_and_subjects():
    assert by_kind("RoleBinding").columns[0].text({"roleRef": ROLE}) == "ClusterRole/view"
    raw = {"subjects": [ACCOUNT, {"kind": "User", "name": "a"}, {"kind": "User", "name": "b"}]}
    assert subjects_of(raw, "ServiceAccount") == "shop/web" and subjects_of(raw, "User") == "a, b"
