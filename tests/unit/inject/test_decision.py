import pytest

from lateen.inject.decision import INJECT, REVISION, STATUS, decide
from lateen.inject.settings import InjectSettings
from lateen.kinds.label_selector import LabelSelector


def pod(labels=None, annotations=None, **spec):
    return {"metadata": {"labels": labels or {}, "annotations": annotations or {}}, "spec": spec}


def namespace(name="shop", **labels):
    return {"metadata": {"name": name, "labels": {key.replace("__", "-"): value for key, value in labels.items()}}}


ENABLED = namespace(istio__injection="enabled")


def test_enabled_namespace_injects():
    assert decide(pod(), ENABLED).inject


def test_nothing_said_is_no():
    decision = decide(pod(), namespace())
    assert not decision.inject
    assert "neither" in decision.reason


@pytest.mark.parametrize("value", ["false", "no", "off", "False", "nonsense"])
def test_pod_label_opts_out(value):
    decision = decide(pod({INJECT: value}), ENABLED)
    assert not decision.inject
    assert value in decision.reason


def test_annotation_opts_out_and_label_comes_before_it():
    assert not decide(pod(annotations={INJECT: "false"}), ENABLED).inject
    assert decide(pod({INJECT: "true"}, {INJECT: "false"}), ENABLED).inject
    assert not decide(pod({INJECT: "false"}, {INJECT: "true"}), ENABLED).inject


def test_pod_label_opts_in_where_the_namespace_is_silent():
    assert decide(pod({INJECT: "true"}), namespace()).inject
    assert not decide(pod(annotations={INJECT: "true"}), namespace()).inject


def test_disabled_namespace_beats_the_pods_label():
    assert not decide(pod({INJECT: "true"}), namespace(istio__injection="disabled")).inject


def test_revision_of_the_namespace_selects_its_control_plane():
    canary = {"metadata": {"name": "shop", "labels": {REVISION: "canary"}}}
    assert not decide(pod(), canary).inject
    assert decide(pod(), canary, InjectSettings(revision="canary")).inject
    assert decide(pod(), {"metadata": {"name": "shop", "labels": {REVISION: "default"}}}).inject


def test_injection_label_comes_before_the_revision():
    both = {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled", REVISION: "canary"}}}
    assert decide(pod(), both).inject
    assert not decide(pod(), both, InjectSettings(revision="canary")).inject


def test_revision_of_the_pod_counts_where_the_namespace_is_silent():
    assert decide(pod({REVISION: "default"}), namespace()).inject
    assert not decide(pod({REVISION: "canary"}), namespace()).inject


def test_pod_label_without_revision_means_the_default_one():
    assert not decide(pod({INJECT: "true"}), namespace(), InjectSettings(revision="canary")).inject


def test_default_of_the_mesh_counts_last():
    settings = InjectSettings(enable_namespaces_by_default=True)
    assert decide(pod(), namespace(), settings).inject
    assert not decide(pod(), namespace(istio__injection="disabled"), settings).inject


def test_what_the_installation_never_injects_is_injected_only_where_it_asks_itself():
    settings = InjectSettings(never=(LabelSelector(match_labels={"job": "builder"}),))
    refused = decide(pod({"job": "builder"}), ENABLED, settings)
    assert not refused.inject and "neverInjectSelector" in refused.reason
    assert decide(pod({"job": "other"}), ENABLED, settings).inject
    assert decide(pod({"job": "builder", INJECT: "true"}), ENABLED, settings).inject


@pytest.mark.parametrize(
    ("of_pod", "of_namespace"),
    [
        (pod(hostNetwork=True), ENABLED),
        (pod(), namespace("kube-system", istio__injection="enabled")),
        (pod(annotations={STATUS: "{}"}), ENABLED),
    ],
    ids=["host network", "kube-system", "injected before"],
)
def test_never(of_pod, of_namespace):
    assert not decide(of_pod, of_namespace).inject


def test_who_is_asked_by_a_webhook_does_not_compare_names():
    """Tags stand for revisions: the API server has chosen by its selectors."""
    asked = InjectSettings(revision="canary", asked=True)
    for labels in ({"istio.io/rev": "prod"}, {"istio-injection": "enabled"}):
        assert decide({"spec": {}}, {"metadata": {"name": "shop", "labels": labels}}, asked).inject
    pod = {"metadata": {"labels": {"istio.io/rev": "prod"}}, "spec": {}}
    assert decide(pod, {"metadata": {"name": "shop"}}, asked).inject
    declined = {"metadata": {"labels": {"sidecar.istio.io/inject": "false"}}, "spec": {}}
    assert not decide(declined, {"metadata": {"name": "shop", "labels": {"istio.io/rev": "prod"}}}, asked).inject
    assert not decide(
        {"spec": {}}, {"metadata": {"name": "shop", "labels": {"istio-injection": "disabled"}}}, asked
    ).inject
