import pytest

from lateen.kinds.core.container import Container, ContainerPort, EnvVar, EnvVarSource, container_faults


def paths(*containers, names=None):
    return [fault.path for fault in container_faults("c", containers, set() if names is None else names)]


def test_names_are_labels_and_unique_in_the_pod():
    assert paths(Container(name="a"), Container(name="b")) == []
    assert paths(Container(name="a"), Container(name="a")) == ["c[1].name"]
    assert paths(Container(name="a"), names={"a"}) == ["c[0].name"]
    assert paths(Container(name="A")) == ["c[0].name"]


def test_ports_and_variables_are_checked():
    both = EnvVar(name="X", value="1", value_from=EnvVarSource())
    bad = Container(name="a", ports=(ContainerPort(container_port=0),), env=(both,))
    assert paths(bad) == ["c[0].ports[0].containerPort", "c[0].env[0]"]


@pytest.mark.parametrize(
    ("container", "path"),
    [
        ({"image": "x"}, "spec.containers[0].name"),
        ({"name": "a", "env": [{"name": "X", "value": 5}]}, "spec.containers[0].env[0].value"),
        ({"name": "a", "command": "sh"}, "spec.containers[0].command"),
        ({"name": "a", "readinessProbe": {"httpGet": {}}}, "spec.containers[0].readinessProbe.httpGet.port"),
    ],
)
def test_what_users_commonly_write_is_typed(errors, container, path):
    assert errors("Pod", containers=[container]) == [path]
