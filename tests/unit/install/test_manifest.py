import pytest

from lateen.install.manifest import gateway_classes, manifest, steps
from lateen.install.parts import Installation
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
