from lateen.kinds.all import by_kind

TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "a"}]}}


def test_a_replica_set_selects_its_own_pods(errors):
    assert errors("ReplicaSet", selector={"matchLabels": {"app": "x"}}, template=TEMPLATE) == []
    found = errors("ReplicaSet", replicas=-1, selector={"matchLabels": {"app": "y"}}, template=TEMPLATE)
    assert found == ["spec.replicas", "spec.template.metadata.labels"]


def test_the_columns_are_kubectls():
    raw = {"spec": {"replicas": 2}, "status": {"replicas": 2}}
    assert [column.text(raw) for column in by_kind("ReplicaSet").columns[:3]] == ["2", "2", "0"]
