import pytest
from planes import Plane

from lateen.app.precheck import findings, of_version
from lateen.install.settings import settings


@pytest.mark.parametrize(("minor", "fine"), [("28", False), ("29", True), ("36+", True)])
def test_an_old_cluster_is_told_of(minor: str, fine: bool) -> None:
    assert (list(of_version("1", minor)) == []) is fine


async def test_what_a_cluster_does_not_serve_and_what_others_have_is_told(mesh: Plane) -> None:
    """The embedded API server is a cluster that asks no webhooks."""
    await mesh.put(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"}}
    )
    found = await findings(mesh.admin, settings(), "1")
    assert "the cluster does not serve MutatingWebhookConfiguration of admissionregistration.k8s.io/v1" in found
    assert "ConfigMap istio-system/istio is somebody else's: installing takes it over" in found
