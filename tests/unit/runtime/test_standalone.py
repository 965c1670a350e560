"""The folder of a machine is read; that its proxy runs is seen in tests/e2e/test_machines.py."""

from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.standalone import machine_capture, machine_facts, read_environment

ENV = {
    "POD_NAME": "db-1",
    "POD_NAMESPACE": "vm",
    "INSTANCE_IP": "192.0.2.1",
    "SERVICE_ACCOUNT": "db",
    "ISTIO_METAJSON_LABELS": '{"app": "db"}',
}
MESH = {"defaultConfig": {"discoveryAddress": "10.244.0.1:15012"}}


def test_values_are_quoted_as_for_a_shell() -> None:
    assert read_environment("# a\nA='b c'\nB=\n\nC='{\"x\": \"y\"}'\n") == {"A": "b c", "B": "", "C": '{"x": "y"}'}


def test_facts_are_what_the_folder_says() -> None:
    facts = machine_facts(ENV, MESH, Path("/s"), names=True)
    assert (facts.pod, facts.namespace, facts.ip, facts.labels) == ("db-1", "vm", "192.0.2.1", {"app": "db"})
    assert (facts.control_plane.host, facts.control_plane.port, facts.sds_socket) == ("10.244.0.1", 15012, "/s")


def test_names_are_captured_where_there_is_a_resolver_unless_the_folder_says_no() -> None:
    assert machine_facts(ENV, MESH, Path("/s"), names=True).dns_capture
    assert not machine_facts(ENV, MESH, Path("/s"), names=False).dns_capture
    off = {**ENV, "ISTIO_META_DNS_CAPTURE": "false"}
    assert not machine_facts(off, MESH, Path("/s"), names=True).dns_capture


@pytest.mark.parametrize("mesh", [{}, {"defaultConfig": {"discoveryAddress": "nowhere"}}, None])
def test_a_folder_that_does_not_tell_is_refused(mesh: object) -> None:
    with pytest.raises(LateenError, match=r"cluster\.env or mesh\.yaml does not tell"):
        machine_facts(ENV, mesh, Path("/s"), names=True)  # type: ignore[arg-type]


def test_calls_to_the_control_plane_are_not_captured() -> None:
    found = machine_capture({**ENV, "CA_ADDR": "10.244.0.1:15013", "ISTIO_LOCAL_EXCLUDE_PORTS": "22"})
    assert (found.exclude_outbound_ranges, found.exclude_inbound_ports) == (("10.244.0.1/32",), ("22",))
    assert found.include_inbound_ports == ("*",)
