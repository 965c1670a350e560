from lateen.kinds.decode import check

RAW = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "x"}}


def test_what_aggregates_says_what():
    selectors = [{"matchLabels": {"a": "b"}}]
    assert check({**RAW, "aggregationRule": {"clusterRoleSelectors": selectors}}) == []
    faults = check({**RAW, "aggregationRule": {}})
    assert [fault.path for fault in faults] == ["aggregationRule.clusterRoleSelectors"]
