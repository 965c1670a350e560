"""A machine that runs these tests is fit for a mesh; what is amiss is named all at once."""

import socket

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.preflight import Wanted, inspect, require


def test_this_machine_will_do(mesh_name, tmp_path):
    assert [finding for finding in require(tmp_path / "state", tmp_path / "run") if finding.fatal] == []


def test_everything_that_is_amiss_is_told_at_once(mesh_name, tmp_path):
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(LateenError) as raised:
            require(tmp_path / "file" / "state", tmp_path / "run", [port])
    assert f"127.0.0.1:{port} is taken by" in str(raised.value)
    assert "cannot be written: Not a directory" in str(raised.value)


def test_an_envoy_that_does_not_run_is_told(mesh_name, tmp_path):
    binary = tmp_path / "envoy"
    binary.write_text("#!/bin/sh\necho GLIBC_2.99 not found >&2; exit 1\n")
    binary.chmod(0o755)
    (finding,) = [found for found in inspect(Wanted(envoy=binary)) if found.fatal]
    assert "GLIBC_2.99" in finding.message
