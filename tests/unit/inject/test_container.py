import json

from lateen.inject.container import MOUNTS, arguments, environment, readiness_probe, resources, volumes
from lateen.inject.owner import Owner
from lateen.inject.settings import InjectSettings

SETTINGS = InjectSettings()


def test_log_levels_come_from_annotations():
    assert "--proxyLogLevel=warning" in arguments("sidecar", {}, SETTINGS)
    annotated = arguments("sidecar", {"sidecar.istio.io/logLevel": "debug"}, SETTINGS)
    assert "--proxyLogLevel=debug" in annotated


def test_environment_describes_the_applications_and_not_the_proxy():
    containers = [
        {"name": "web", "ports": [{"containerPort": 80}]},
        {"name": "istio-proxy", "ports": [{"containerPort": 1}]},
    ]
    pod = {"spec": {"containers": containers}}
    config = {"proxyMetadata": {"ISTIO_META_X": 1}}
    env = environment(pod, "shop", Owner("apps/v1", "Deployment", "web"), config, SETTINGS)
    values = {item["name"]: item.get("value") for item in env}
    assert values["ISTIO_META_APP_CONTAINERS"] == "web"
    assert json.loads(values["ISTIO_META_POD_PORTS"]) == [{"containerPort": 80}]
    assert values["ISTIO_META_OWNER"].endswith("/namespaces/shop/deployments/web")
    assert values["ISTIO_META_X"] == "1"


def test_readiness_timing_comes_from_annotations():
    probe = readiness_probe(
        {"readiness.status.sidecar.istio.io/periodSeconds": "7"}, InjectSettings(readiness={"failureThreshold": 9})
    )
    assert probe["periodSeconds"] == 7
    assert "initialDelaySeconds" not in probe


def test_one_resource_annotation_replaces_the_defaults():
    assert resources({}, InjectSettings())["limits"] == {"cpu": "2", "memory": "1Gi"}
    assert resources({"sidecar.istio.io/proxyCPU": "4"}, InjectSettings()) == {"requests": {"cpu": "4"}}


def test_every_mount_has_its_volume():
    assert [volume["name"] for volume in volumes()] == list(MOUNTS)
