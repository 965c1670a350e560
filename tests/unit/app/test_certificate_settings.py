"""What a control plane is told of certificates, by Istio's variables."""

import pytest

from lateen.app.certificate_settings import CertificateSettings
from lateen.app.settings import child_environment
from lateen.base.errors import LateenError


def test_without_variables_lives_and_limits_are_istios() -> None:
    found = CertificateSettings.load({})
    assert found == CertificateSettings()
    assert (found.per_minute, found.signer, found.usual_ttl, found.longest_ttl) == (60, "", 86400, 90 * 86400)


def test_how_many_certificates_a_pod_is_granted_may_be_said() -> None:
    assert CertificateSettings.load({"LATEEN_CERTIFICATES_PER_MINUTE": "0"}).per_minute == 0
    with pytest.raises(LateenError, match="'many' is no number"):
        CertificateSettings.load({"LATEEN_CERTIFICATES_PER_MINUTE": "many"})


def test_a_clusters_signer_is_named_by_istios_variables() -> None:
    way = {"EXTERNAL_CA": "ISTIOD_RA_KUBERNETES_API"}
    assert CertificateSettings.load({**way, "K8S_SIGNER": "a.b/c"}).signer == "a.b/c"
    assert CertificateSettings.load({"K8S_SIGNER": "a.b/c"}).signer == ""
    for wrong, told in (({**way, "K8S_SIGNER": "c"}, "K8S_SIGNER"), ({"EXTERNAL_CA": "OTHER"}, "EXTERNAL_CA")):
        with pytest.raises(LateenError, match=told):
            CertificateSettings.load(wrong)


def test_lifetimes_of_certificates_are_istios_variables() -> None:
    found = CertificateSettings.load({"MAX_WORKLOAD_CERT_TTL": "2h", "DEFAULT_WORKLOAD_CERT_TTL": "90s"})
    assert (found.longest_ttl, found.usual_ttl) == (7200, 90)
    with pytest.raises(LateenError, match="MAX_WORKLOAD_CERT_TTL"):
        CertificateSettings.load({"MAX_WORKLOAD_CERT_TTL": "soon"})


def test_the_control_planes_process_is_given_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K8S_SIGNER", "a.b/c")
    assert child_environment()["K8S_SIGNER"] == "a.b/c"
