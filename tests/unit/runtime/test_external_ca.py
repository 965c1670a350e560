"""Whom the agent asks follows from the settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.node.agent_settings import WorkloadRef
from lateen.runtime.external_ca import external_ca, target

SETTINGS = Settings("m", Path("/state"), Path("/run"))


async def token_for(workload: WorkloadRef) -> str:
    return "token"


def test_without_an_address_the_control_plane_certifies() -> None:
    assert external_ca(SETTINGS, b"roots", token_for) is None


def test_its_certificate_is_for_its_host_and_ends_at_the_roots_named_or_the_meshs(tmp_path: Path) -> None:
    there = replace(SETTINGS, ca_address="istio-csr.cert-manager.svc:443")
    found = external_ca(there, b"roots", token_for)
    assert found == ("dns://10.96.0.10/istio-csr.cert-manager.svc.cluster.local:443", "istio-csr.cert-manager.svc",
                     b"roots", token_for)  # fmt: skip
    file = tmp_path / "root.pem"
    file.write_bytes(b"others")
    assert (found := external_ca(replace(there, ca_roots=file), b"roots", token_for)) and found.roots == b"others"


def test_a_file_of_roots_that_is_not_there_is_named() -> None:
    with pytest.raises(LateenError, match=r"CA_ROOT_CA: .*nowhere.pem"):
        external_ca(replace(SETTINGS, ca_address="a:1", ca_roots=Path("/nowhere.pem")), b"", token_for)


@pytest.mark.parametrize("address", ["192.0.2.1:443", "[2001:db8::1]:443"])
def test_addresses_are_not_looked_up(address: str) -> None:
    assert target(address) == address
