import pytest

from lateen.install.k8s import NAMES, customized, k8s_faults
from lateen.install.manifest import manifest
from lateen.install.settings import settings


def made(k8s, *values):
    tree = settings([("f", {"kind": "IstioOperator", "spec": {"components": {"pilot": {"k8s": k8s}}}})], values)
    return {(raw["kind"], raw["metadata"]["name"]): raw for raw in manifest(tree, "1")}


def pod(k8s, *values):
    return made(k8s, *values)["Deployment", "istiod"]["spec"]["template"]["spec"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nodeSelector", {"a": "b"}), ("affinity", {"x": {}}), ("tolerations", [{"key": "k"}]),
        ("priorityClassName", "high"), ("securityContext", {"fsGroup": 1}),
    ],
)  # fmt: skip
def test_the_pods_settings(name, value):
    assert pod({name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [("resources", {"requests": {"cpu": "1"}}), ("imagePullPolicy", "Always"), ("readinessProbe", {"tcpSocket": {"port": 1}})],
)  # fmt: skip
def test_the_containers_settings(name, value):
    assert pod({name: value})["containers"][0][name] == value


def test_lists_are_joined_by_name():
    env = pod({"env": [{"name": "A", "value": "b"}, {"name": "REVISION", "value": "mine"}]})["containers"][0]["env"]
    assert {"name": "A", "value": "b"} in env and [one["value"] for one in env if one["name"] == "REVISION"] == ["mine"]
    said = {"volumes": [{"name": "x", "emptyDir": {}}], "volumeMounts": [{"name": "x", "mountPath": "/x"}]}
    assert {"state", "tmp", "cacerts", "x"} == {one["name"] for one in pod(said)["volumes"]}
    assert {"name": "x", "mountPath": "/x"} in pod(said)["containers"][0]["volumeMounts"]


def test_the_settings_of_other_objects():
    k8s = {"hpaSpec": {"maxReplicas": 9}, "podDisruptionBudget": {"minAvailable": 2}, "strategy": {"type": "Recreate"},
           "service": {"type": "NodePort"}, "serviceAnnotations": {"a": "b"}, "podAnnotations": {"c": "d"}}  # fmt: skip
    found = made(k8s)
    assert found["HorizontalPodAutoscaler", "istiod"]["spec"]["maxReplicas"] == 9
    assert found["PodDisruptionBudget", "istiod"]["spec"]["minAvailable"] == 2
    assert found["Service", "istiod"]["spec"]["type"] == "NodePort" and found["Service", "istiod"]["spec"]["ports"]
    assert found["Service", "istiod"]["metadata"]["annotations"] == {"a": "b"}
    deployment = found["Deployment", "istiod"]["spec"]
    assert deployment["strategy"] == {"type": "Recreate"}
    assert deployment["template"]["metadata"]["annotations"]["c"] == "d"


def test_replicas_count_where_nothing_scales():
    assert "replicas" not in made({"replicaCount": 3})["Deployment", "istiod"]["spec"]
    unscaled = made({"replicaCount": 3}, "values.pilot.autoscaleEnabled=false")
    assert unscaled["Deployment", "istiod"]["spec"]["replicas"] == 3


def test_what_is_laid_over_finished_objects():
    patch = {"path": "spec.template.spec.containers.[name:discovery].args.[-1]", "value": "--more"}
    assert pod({"overlays": [{"kind": "Deployment", "name": "istiod", "patches": [patch]}]})["containers"][0]["args"] == [
        "discovery", "--more",
    ]  # fmt: skip


def test_what_is_no_setting_is_told_with_what_may_be_meant():
    (fault,) = k8s_faults({"replicas": 2}, "components.pilot.k8s")
    assert fault.path == "components.pilot.k8s.replicas" and "replicaCount" in fault.fix
    assert not list(k8s_faults(dict.fromkeys(NAMES, ()), "x"))


def test_nothing_said_changes_nothing():
    raw = {"kind": "ConfigMap", "metadata": {"name": "x"}}
    assert list(customized([raw], None)) == [raw]
