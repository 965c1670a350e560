from lateen.kinds.decode import check


def test_it_grants_either_kind_of_role():
    raw = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "x"}}
    assert check({**raw, "roleRef": {"kind": "ClusterRole", "name": "view"}}) == []
    faults = check({**raw, "roleRef": {"kind": "Role", "name": "view"}})
    assert [fault.path for fault in faults] == []
