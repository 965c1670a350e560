import pytest

from lateen.analysis.webhook import takes
from lateen.inject.decision import decide
from lateen.inject.settings import InjectSettings
from lateen.install.parts import Installation
from lateen.install.settings import settings
from lateen.install.webhooks import injector, validator, webhooks

NAMES = [{}, {"istio-injection": "enabled"}, {"istio-injection": "disabled"}, {"istio.io/rev": "default"}, {"istio.io/rev": "r"},
         {"istio-injection": "enabled", "istio.io/rev": "r"}]  # fmt: skip
PODS = [
    {},
    {"sidecar.istio.io/inject": "true"},
    {"sidecar.istio.io/inject": "false"},
    {"istio.io/rev": "r"},
    {"istio.io/rev": "default"},
]


def installation(*values):
    return Installation(settings(values=values), "1")


@pytest.mark.parametrize("revision", ["", "r"])
@pytest.mark.parametrize("namespace", NAMES)
@pytest.mark.parametrize("labels", PODS)
def test_a_pod_is_asked_about_once_where_the_rules_of_injection_want_it(revision, namespace, labels):
    hooks = injector(installation(f"revision={revision}"))["webhooks"]
    asked = sum(takes(hook, namespace, labels) for hook in hooks)
    pod = {"metadata": {"labels": labels}, "spec": {}}
    raw = {"metadata": {"name": "shop", "labels": namespace}}
    wanted = decide(pod, raw, InjectSettings(revision=revision or "default")).inject
    assert asked == wanted


def test_namespaces_of_the_cluster_are_left_alone():
    hooks = injector(installation())["webhooks"]
    assert not any(
        takes(hook, {"kubernetes.io/metadata.name": "kube-system", "istio-injection": "enabled"}, {}) for hook in hooks
    )


def test_a_tag_leads_to_its_revision_and_the_tag_default_to_labels_without_revision():
    by_tag = injector(installation("revision=r"), "prod")
    assert (
        by_tag["metadata"]["name"] == "istio-revision-tag-prod"
        and by_tag["metadata"]["labels"]["istio.io/tag"] == "prod"
    )
    assert any(takes(hook, {"istio.io/rev": "prod"}, {}) for hook in by_tag["webhooks"])
    assert any(
        takes(hook, {"istio-injection": "enabled"}, {})
        for hook in injector(installation("revision=r"), "default")["webhooks"]
    )
    names = [raw["metadata"]["name"] for raw in webhooks(installation("revision=r", "values.revisionTags[0]=prod"))]
    assert names == [
        "istio-sidecar-injector-r-istio-system",
        "istio-revision-tag-prod",
        "istio-validator-r-istio-system",
    ]


def test_every_namespace_where_that_is_the_default():
    hooks = injector(installation("values.sidecarInjectorWebhook.enableNamespacesByDefault=true"))["webhooks"]
    assert any(takes(hook, {}, {}) for hook in hooks)


def test_faults_are_not_refused_before_the_control_plane_can_be_asked():
    hooks = validator(installation())["webhooks"]
    assert [hook["failurePolicy"] for hook in hooks] == ["Ignore", "Ignore"]
    assert len(validator(installation("revision=r"))["webhooks"]) == 1


def test_a_revision_by_default_checks_what_names_none_and_injects_it():
    made = {raw["metadata"]["name"]: raw for raw in webhooks(installation("revision=r", "values.defaultRevision=r"))}
    assert any(
        takes(hook, {"istio-injection": "enabled"}, {}) for hook in made["istio-revision-tag-default"]["webhooks"]
    )
    assert len(made["istio-validator-r-istio-system"]["webhooks"]) == 2
