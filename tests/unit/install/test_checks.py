import pytest

from lateen.install.checks import setting_faults
from lateen.install.settings import PROFILES, settings


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_have_no_faults(name):
    assert not list(setting_faults(settings(values=[f"profile={name}"])))


def test_faults_of_the_mesh_and_of_components_are_named_by_their_paths():
    values = ["meshConfig.accessLogFil=x", "meshConfig.defaultConfig.drainDuration=soon", "components.pilot.k8s.replicas=2",
              "components.ingressGateways[0].k8s.overlays=x",
              "values.sidecarInjectorWebhook.neverInjectSelector[0]=x"]  # fmt: skip
    paths = [fault.path for fault in setting_faults(settings(values=values))]
    assert "components.pilot.k8s.replicas" in paths and "components.ingressGateways[0].k8s.overlays[0]" in paths
    assert "meshConfig.accessLogFil" in paths and "values.sidecarInjectorWebhook.neverInjectSelector" in paths


def test_what_can_be_in_no_name_is_refused():
    faults = setting_faults(settings(values=["revision=1.2", "values.revisionTags[0]=Prod"]))
    assert [fault.path for fault in faults] == ["revision", "values.revisionTags"]
