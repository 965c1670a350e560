from lateen.kinds.decode import check


def test_it_grants_cluster_roles_only():
    raw = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "x"}}
    assert check({**raw, "roleRef": {"kind": "ClusterRole", "name": "view"}}) == []
    faults = check({**raw, "roleRef": {"kind": "Role", "name": "view"}})
    assert [fault.path for fault in faults] == ["roleRef.kind"]
