from lateen.kinds.core.container import Container
from lateen.kinds.core.pod_spec import PodSpec, PodTemplate, pod_spec_faults, template_faults
from lateen.kinds.meta import ObjectMeta

SPEC = PodSpec(containers=(Container(name="a"),))


def test_a_pod_runs_something():
    assert list(pod_spec_faults("spec", SPEC)) == []
    assert [fault.path for fault in pod_spec_faults("spec", PodSpec(containers=()))] == ["spec.containers"]


def test_init_containers_share_the_names():
    spec = PodSpec(containers=(Container(name="a"),), init_containers=(Container(name="a"),))
    assert [fault.path for fault in pod_spec_faults("spec", spec)] == ["spec.initContainers[0].name"]


def test_a_template_carries_the_labels_its_selector_wants():
    template = PodTemplate(metadata=ObjectMeta(labels={"app": "x"}), spec=SPEC)
    assert list(template_faults("t", template, {"app": "x"})) == []
    (fault,) = template_faults("t", template, {"app": "y"})
    assert (fault.path, fault.message) == ("t.metadata.labels", "lacks app=y")
