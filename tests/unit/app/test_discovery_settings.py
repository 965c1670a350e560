from pathlib import Path

import pytest

from lateen.app.discovery_settings import DiscoverySettings
from lateen.base.errors import LateenError

ENV = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_variables_of_its_deployment() -> None:
    found = DiscoverySettings.load(
        {
            **ENV,
            "TRUST_DOMAIN": "example.org",
            "REVISION": "canary",
            "POD_NAMESPACE": "istio-system",
            "LATEEN_FETCH_ALLOW": "10.1.0.0/16, ",
        }
    )
    assert (found.api, found.revision, found.fetch_allow) == (("10.96.0.1", "443"), "canary", ("10.1.0.0/16",))
    assert (found.trust_domain, DiscoverySettings.load(ENV).trust_domain) == ("example.org", "cluster.local")
    assert found.authority == Path("/etc/cacerts")
    assert {"istiod.istio-system.svc", "istiod-canary.istio-system.svc"} <= set(found.dns_names)


def test_the_default_revision_has_no_name() -> None:
    found = DiscoverySettings.load({**ENV, "REVISION": "default"})
    assert found.revision == "" and "istiod.istio-system.svc.cluster.local" in found.dns_names


def test_outside_a_cluster_it_says_what_to_do() -> None:
    with pytest.raises(LateenError, match="KUBERNETES_SERVICE_HOST") as refused:
        DiscoverySettings.load({})
    assert "lateen up" in refused.value.fix


def test_a_number_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(LateenError, match="LATEEN_CERTIFICATES_PER_MINUTE"):
        DiscoverySettings.load({**ENV, "LATEEN_CERTIFICATES_PER_MINUTE": "many"})
