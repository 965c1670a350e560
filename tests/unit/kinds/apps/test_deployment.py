from lateen.kinds.all import by_kind

TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "a", "image": "x"}]}}
SELECTOR = {"matchLabels": {"app": "x"}}


def test_a_deployment_selects_its_own_pods(errors):
    assert errors("Deployment", selector=SELECTOR, template=TEMPLATE) == []
    assert errors("Deployment", selector={"matchLabels": {"app": "y"}}, template=TEMPLATE) == [
        "spec.template.metadata.labels"
    ]
    assert errors("Deployment", selector={}, template=TEMPLATE) == ["spec.selector"]


def test_selector_and_template_are_required(errors):
    assert set(errors("Deployment", replicas=2)) == {"spec.selector", "spec.template"}


def test_faults_in_the_template_have_their_path(errors):
    template = {**TEMPLATE, "spec": {"containers": [{"name": "a", "ports": [{"containerPort": "http"}]}]}}
    assert errors("Deployment", replicas=-1, selector=SELECTOR, template=template) == [
        "spec.template.spec.containers[0].ports[0].containerPort",
        "spec.replicas",
    ]


def test_the_columns_are_kubectls():
    raw = {"spec": {"replicas": 3}, "status": {"readyReplicas": 1, "updatedReplicas": 2}}
    assert [column.text(raw) for column in by_kind("Deployment").columns[:3]] == ["1/3", "2", "0"]
