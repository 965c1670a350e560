from lateen.kinds.decode import check

RAW = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": []}


def test_a_role_may_be_named_by_any_segment_of_a_path():
    assert check({**RAW, "metadata": {"name": "system:Some Thing"}}) == []
    assert [fault.path for fault in check({**RAW, "metadata": {"name": "a/b"}})] == ["metadata.name"]
