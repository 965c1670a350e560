from typing import Any

import pytest

from lateen.kinds.networking.server_tls import ServerTLSSettings
from lateen.plan.listener import DownstreamTls
from lateen.planner.server_tls import downstream_tls


def planned(**said: Any) -> DownstreamTls:
    found = downstream_tls(ServerTLSSettings(**said))
    assert found is not None
    return found


@pytest.mark.parametrize("mode", ["PASSTHROUGH", "AUTO_PASSTHROUGH"])
def test_what_passes_through_does_not_end_here(mode: Any) -> None:
    assert downstream_tls(ServerTLSSettings(mode=mode)) is None


def test_clients_are_checked_with_the_roots_of_the_servers_own_secret_unless_another_is_named() -> None:
    assert planned(mode="MUTUAL", credential_name="c").roots == "c"
    assert planned(mode="MUTUAL", credential_name="c", ca_cert_credential_name="d").roots == "d"
    assert planned(mode="MUTUAL", credential_names=("c", "e")).roots == "c"
    assert planned(mode="MUTUAL", credential_names=("c", "e"), ca_certificates="/ca.pem").roots == ""


def test_no_more_than_two_certificates_count() -> None:
    assert planned(mode="SIMPLE", credential_names=("a", "b", "c")).credentials == ("a", "b")


def test_the_lowest_version_is_1_2_unless_another_is_said() -> None:
    assert (planned(mode="ISTIO_MUTUAL").min_version, planned(mode="ISTIO_MUTUAL").max_version) == ("TLSV1_2", "")
    assert planned(mode="SIMPLE", min_protocol_version="TLSV1_0").min_version == "TLSV1_0"


def test_clients_may_be_named_and_may_go_unchecked() -> None:
    found = planned(mode="MUTUAL", credential_name="c", subject_alt_names=("a.b",), insecure_skip_verify=True)
    assert (found.sans, found.verified) == (("a.b",), False)
