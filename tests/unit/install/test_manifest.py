import copy
import json

import pytest

from lateen.inject.installation import installation_settings
from lateen.install.idle import IDLE
from lateen.install.manifest import gateway_classes, manifest, steps
from lateen.install.parts import MANAGED, SHARED, Installation
from lateen.install.settings import PROFILES, settings


def titles(*values):
    return [step.title for step in steps(settings(values=values), "1")]


def test_each_step_finds_what_it_needs():
    assert titles("profile=demo") == ["Istio core", "Istiod", "Webhooks", "Ingress gateways", "Egress gateways"]
    assert titles("profile=minimal") == ["Istio core", "Istiod", "Webhooks"]
    assert titles("profile=empty") == []


@pytest.mark.parametrize("name", PROFILES)
def test_no_two_objects_have_one_name(name):
    objects = manifest(settings(values=[f"profile={name}"]), "1")
    names = [(raw["kind"], raw["metadata"].get("namespace"), raw["metadata"]["name"]) for raw in objects]
    assert len(names) == len(set(names))


def test_classes_of_the_gateway_api():
    found = gateway_classes(Installation(settings(), "1"))
    assert [raw["metadata"]["name"] for raw in found] == ["istio", "lateen"]
    others = gateway_classes(Installation(settings(values=["revision=canary"]), "1"))
    assert others == found and found[0]["metadata"]["labels"][MANAGED] == SHARED, "no revision takes them along"


EVERYTHING = ["profile=demo", "revision=r", "values.pilot.autoscaleEnabled=true",
              "values.gateways.istio-ingressgateway.autoscaleEnabled=true",
              "values.gateways.istio-egressgateway.autoscaleEnabled=true"]  # fmt: skip


def leaves(tree, path=""):
    for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        below = f"{path}.{name}".lstrip(".")
        if (isinstance(value, dict) and value) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield from leaves(value, below)
        else:
            yield below, value


def another(path, value):
    if path.endswith("k8s"):
        return {"replicaCount": 7, "serviceAnnotations": {"a": "b"}}
    if path.endswith("neverInjectSelector"):
        return [{"matchLabels": {"a": "b"}}]
    if path == "values.defaultRevision":
        return "r"
    others = {bool: not value, str: "other", int: 7, float: 7.5, dict: {"a": "b"}, list: ["other"]}
    return others[type(value)]


def changed(tree, path, value):
    made = copy.deepcopy(tree)
    place = made
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in way:
        place = place[step]
    place[last] = value
    return made


def outcome(tree):
    """All objects; of what injection is told, what it reads."""
    objects = [raw for raw in manifest(tree, "1") if raw["kind"] != "CustomResourceDefinition"]
    for raw in objects:
        if raw["metadata"]["name"].startswith("istio-sidecar-injector") and "data" in raw:
            raw["data"] = repr(installation_settings(json.loads(raw["data"]["values"]), {}))
    return objects


def test_every_setting_changes_something_or_is_told_to_do_nothing():
    trees = [settings(values=["profile=demo"]), settings(values=EVERYTHING)]
    before = [outcome(tree) for tree in trees]
    without = {
        path
        for path, value in leaves(trees[0])
        if not path.startswith(("components.cni", "components.ztunnel"))  # of which nothing is there yet
        and all(
            outcome(changed(tree, path, another(path, value))) == made for tree, made in zip(trees, before, strict=True)
        )
    }
    assert without == set(IDLE) | {"values.global.istioNamespace"}  # that one is read with the settings


def test_the_namespace_has_two_names():
    assert settings(values=["values.global.istioNamespace=mesh"])["namespace"] == "mesh"
    assert settings(values=["namespace=mesh"])["namespace"] == "mesh"
