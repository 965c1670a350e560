"""The charts, rendered by a real Helm, give the objects that `lateen install` gives with the same settings."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm import Helm

from lateen.install.access import access
from lateen.install.crds import crds
from lateen.install.gateways import Gateway, gateway
from lateen.install.helm.charts import charts
from lateen.install.istiod import control_plane
from lateen.install.parts import Installation
from lateen.install.settings import settings
from lateen.install.webhooks import webhooks

VERSION = "1.2.3"
# Whose the objects are: Helm's here, the installer's there.
OWNERS = ("app.kubernetes.io/managed-by", "install.operator.istio.io/owning-resource", "release", "operator.istio.io/component")  # fmt: skip
Raw = dict[str, Any]

ISTIOD: dict[str, Raw] = {
    "nothing said": {},
    "a named revision": {"revision": "canary"},
    "tags": {"revision": "canary", "revisionTags": ["prod", "default"]},
    "a revision by default": {"revision": "canary", "defaultRevision": "canary"},
    "another revision by default": {"revision": "canary", "defaultRevision": "other"},
    "priority": {"global": {"priorityClassName": "high"}},
    "pods without a proxy": {"sidecarInjectorWebhook": {"neverInjectSelector": [{"matchLabels": {"job": "x"}}]}},
    "replicas": {"pilot": {"autoscaleEnabled": False, "replicaCount": 3}},
    "scaling": {"pilot": {"autoscaleMin": 2, "autoscaleMax": 9, "cpu": {"targetAverageUtilization": 50}}},
    "surge": {"pilot": {"rollingMaxSurge": 1, "rollingMaxUnavailable": "10%"}},
    "images": {"global": {"hub": "example.com/mesh", "tag": "t", "imagePullPolicy": "Always", "imagePullSecrets": ["a", "b"]}},
    "the control plane's own image": {"pilot": {"hub": "example.com/own", "tag": "u"}},
    "a whole image": {"pilot": {"image": "example.com/pilot:v"}},
    "no budget": {"global": {"defaultPodDisruptionBudget": {"enabled": False}}},
    "variables": {"pilot": {"env": {"A": "b", "ON": True, "MANY": 1000000, "QUOTED": 'say "x"\\n'}}},
    "another signer": {"pilot": {"env": {"K8S_SIGNER": "example.com/mesh"}}},
    "where it runs": {
        "pilot": {
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "k", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {}},
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
            "resources": {"requests": {"cpu": "1"}},
        }
    },
    "labels and annotations": {
        "pilot": {"podLabels": {"a": "b"}, "podAnnotations": {"c.d/e": "1"}, "serviceAnnotations": {"f": "true"}}
    },
    "every namespace": {"sidecarInjectorWebhook": {"enableNamespacesByDefault": True}},
    "every namespace, another revision": {"revision": "r", "revisionTags": ["default"], "sidecarInjectorWebhook": {"enableNamespacesByDefault": True}},
    "the mesh": {
        "meshConfig": {
            "accessLogFile": "/dev/stdout",
            "trustDomain": "example.com",
            "enableAutoMtls": False,
            "defaultConfig": {"holdApplicationUntilProxyStarts": True, "discoveryAddress": "istiod.other:15012"},
        }
    },
    "injection": {"global": {"proxy": {"resources": {"requests": {"cpu": "1m"}}, "logLevel": "info"}, "meshID": "m"}},
    "a profile": {"profile": "demo"},
    "a profile, and more": {"profile": "demo", "pilot": {"autoscaleEnabled": True, "resources": {"limits": {"cpu": "9"}}}},
}  # fmt: skip


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    folder = tmp_path_factory.mktemp("charts")
    for path, text in charts(VERSION).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return Helm(folder)


def comparable(objects: list[Raw]) -> dict[tuple[str, str], Raw]:
    """The objects by kind and name, without what says whose they are; text of settings is read, order means nothing."""
    found = {}
    for raw in copy.deepcopy(objects):
        for meta in (raw["metadata"], raw.get("spec", {}).get("template", {}).get("metadata", {})):
            for owner in OWNERS:
                meta.get("labels", {}).pop(owner, None)
        if raw["kind"] == "ConfigMap":
            raw["data"] = {name: yaml.safe_load(text) for name, text in raw["data"].items()}
        for container in raw.get("spec", {}).get("template", {}).get("spec", {}).get("containers", ()):
            container.get("env", []).sort(key=lambda one: one["name"])
        found[raw["kind"], raw["metadata"]["name"]] = raw
    assert len(found) == len(objects)
    return found


def installed(values: Raw) -> list[Raw]:
    """What the installer makes of the settings that the chart has as `values`."""
    below = {name: value for name, value in values.items() if name not in ("revision", "profile", "meshConfig")}
    spec = {name: value for name, value in values.items() if name not in below} | {"values": below}
    tree = settings([("values", {"kind": "IstioOperator", "spec": spec})])
    installation = Installation(tree, VERSION)
    return [*access(installation), *control_plane(installation), *webhooks(installation)]


@pytest.mark.parametrize("values", ISTIOD.values(), ids=ISTIOD)
def test_istiod_is_what_the_installer_makes(helm: Helm, values: Raw) -> None:
    rendered = comparable(helm.rendered("istiod", values=values))
    wanted = comparable(installed(values))
    assert rendered.keys() == wanted.keys()
    for name, raw in wanted.items():
        assert rendered[name] == raw, name


def test_what_is_said_at_the_top_is_said_of_the_control_plane(helm: Helm) -> None:
    flat = {"replicaCount": 2, "autoscaleEnabled": False, "env": {"A": "b"}, "podLabels": {"a": "b"}}
    assert comparable(helm.rendered("istiod", values=flat)) == comparable(installed({"pilot": flat}))
    both = flat | {"pilot": {"replicaCount": 4}}
    deployment = comparable(helm.rendered("istiod", values=both))["Deployment", "istiod"]
    assert deployment["spec"]["replicas"] == 4


@pytest.mark.parametrize(
    ("chart", "values"),
    [
        ("istiod", {"pilott": {}}),
        ("istiod", {"pilot": {"replicas": 2}}),
        ("istiod", {"pilot": {"autoscaleEnabled": "yes"}}),
        ("istiod", {"pilot": {"cni": {"enabled": True}}}),
        ("istiod", {"profile": "demmo"}),
        ("istiod", {"pilot": {"traceSampling": 1.0}}),
        ("gateway", {"autoscaling": {"min": 2}}),
        ("gateway", {"replicaCount": "two"}),
        ("base", {"x": 1}),
        ("base", {"defaultRevision": "canary"}),
    ],
)
def test_what_there_is_no_value_for_is_refused(helm: Helm, chart: str, values: Raw) -> None:
    made = helm.run("template", chart, f"./{chart}", values=values, check=False)
    assert made.returncode != 0 and str(next(iter(values.values() if "profile" in values else values))) in made.stderr


GATEWAYS: dict[str, tuple[Raw, Raw]] = {
    "nothing said": ({}, {}),
    "names": ({"name": "front", "labels": {"istio": "ingressgateway", "team": "a"}, "serviceAccount": {"name": "acc"}},
              {"name": "front", "account": "acc", "labels": {"app": "front", "istio": "ingressgateway", "team": "a"}}),
    "replicas": ({"autoscaling": {"enabled": False}, "replicaCount": 3}, {"settings": {"autoscaleEnabled": False}, "replicas": 3}),
    "scaling": ({"autoscaling": {"minReplicas": 2, "maxReplicas": 4, "targetCPUUtilizationPercentage": 70}},
                {"settings": {"autoscaleMin": 2, "autoscaleMax": 4, "cpu": {"targetAverageUtilization": 70}}}),
    "a budget": ({"podDisruptionBudget": {"maxUnavailable": 1}}, {"budget": {"maxUnavailable": 1}}),
    "the service": ({"service": {"type": "ClusterIP", "ports": [{"name": "a", "port": 1}], "annotations": {"a": "b"}, "externalTrafficPolicy": "Local"}},
                    {"service": {"type": "ClusterIP", "ports": [{"name": "a", "port": 1}], "externalTrafficPolicy": "Local"}, "annotations": {"a": "b"}}),
    "where it runs": ({"nodeSelector": {"a": "b"}, "affinity": {"podAffinity": {}}, "tolerations": [{"key": "k"}], "podAnnotations": {"c": "d"}},
                      {"settings": {"nodeSelector": {"a": "b"}, "affinity": {"podAffinity": {}}, "tolerations": [{"key": "k"}], "podAnnotations": {"c": "d"}}}),
    "priority and rights": ({"priorityClassName": "high", "securityContext": {"runAsNonRoot": False}},
                            {"settings": {"securityContext": {"runAsNonRoot": False}}}),
    "an account of others": ({"serviceAccount": {"create": False, "name": "theirs"}}, {"makes_account": False, "account": "theirs"}),
    "an account with annotations": ({"serviceAccount": {"annotations": {"role": "x"}}}, {"account_annotations": {"role": "x"}}),
}  # fmt: skip


@pytest.mark.parametrize(("values", "said"), GATEWAYS.values(), ids=GATEWAYS)
@pytest.mark.parametrize("revision", ["", "canary"])
def test_a_gateway_is_what_the_installer_makes(helm: Helm, values: Raw, said: Raw, revision: str) -> None:
    priority = f"values.global.priorityClassName={values.get('priorityClassName', '')}"
    installation = Installation(settings(values=[f"revision={revision}", priority]), VERSION)
    known = installation.values["gateways"]["istio-ingressgateway"]
    defaults = yaml.safe_load((helm.folder / "gateway" / "values.yaml").read_text())
    name = said.get("name", "istio-edge")
    base = {
        "name": name,
        "namespace": "istio-system",
        "account": name,
        "labels": {"app": name, "istio": "edge"},
        "service": {field: defaults["service"][field] for field in ("type", "ports")},
        "annotations": {},
        "resources": known["resources"],
    }
    wanted = gateway(
        installation, Gateway(**base | said | {"settings": known | said.get("settings", {})}), installation.labels("x")
    )
    rendered = helm.rendered("gateway", name="istio-edge", values=values | ({"revision": revision} if revision else {}))
    assert comparable(rendered) == comparable(list(wanted))


def test_secrets_of_a_gateways_images(helm: Helm) -> None:
    found = comparable(helm.rendered("gateway", values={"imagePullSecrets": [{"name": "mine"}]}))
    assert found["ServiceAccount", "gateway"]["imagePullSecrets"] == [{"name": "mine"}]


def test_definitions_stay_and_classes_are_there_where_their_kind_is(helm: Helm) -> None:
    found = helm.rendered("base")
    assert [raw["metadata"].pop("annotations") for raw in found] == [{"helm.sh/resource-policy": "keep"}] * len(found)
    assert sorted(json.dumps(raw) for raw in found) == sorted(json.dumps(raw) for raw in crds())
    served = ("--api-versions", "gateway.networking.k8s.io/v1/GatewayClass")
    names = [raw["metadata"]["name"] for raw in helm.rendered("base", more=served) if raw["kind"] == "GatewayClass"]
    assert names == ["istio", "lateen"]


@pytest.mark.parametrize("chart", ["base", "istiod", "gateway"])
def test_helm_finds_nothing_wrong(helm: Helm, chart: str) -> None:
    assert "0 chart(s) failed" in helm.run("lint", "--strict", f"./{chart}").stdout


def test_charts_are_small_enough_to_be_kept_by_helm(helm: Helm) -> None:
    packed = helm.run("package", "./base").stdout.split(": ")[-1].strip()
    assert Path(packed).stat().st_size < 500_000
