"""Where a mesh keeps its things follows from its name and three variables of the environment."""

from pathlib import Path

import pytest

from lateen.app.settings import LONGEST_RUN, SEVERAL_AUTHORIZERS, Settings, child_environment
from lateen.base.errors import LateenError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LATEEN_MESH", "LATEEN_STATE", "LATEEN_RUN", "CA_ADDR", "CA_ROOT_CA", "LATEEN_CA_AUDIENCE"):
        monkeypatch.delenv(name, raising=False)


def test_without_anything_said_the_mesh_is_local_in_the_systems_folders() -> None:
    settings = Settings.load()
    assert settings == Settings("local", Path("/var/lib/lateen/local"), Path("/run/lateen/local"))


def test_environment_names_the_mesh_and_moves_its_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATEEN_MESH", "blue")
    monkeypatch.setenv("LATEEN_STATE", "/a")
    monkeypatch.setenv("LATEEN_RUN", "/b")
    assert Settings.load() == Settings("blue", Path("/a/blue"), Path("/b/blue"))


def test_a_name_that_is_given_counts_more_than_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATEEN_MESH", "blue")
    assert Settings.load("red").mesh == "red"


@pytest.mark.parametrize("mesh", ["a", "7", "my-mesh", "elevenchars"])
def test_a_mesh_is_named_as_a_network_interface_can_be(mesh: str) -> None:
    assert Settings.load(mesh).mesh == mesh


@pytest.mark.parametrize("mesh", ["A", "a_b", "-a", "a-", "twelve-chars", "a/b", "..", "a b", "a\n"])
def test_a_name_that_cannot_be_is_refused_with_the_rule(mesh: str) -> None:
    with pytest.raises(LateenError, match="cannot name a mesh") as caught:
        Settings.load(mesh)
    assert "at most 11" in caught.value.fix


def test_a_run_folder_too_deep_for_sockets_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = "/" + "r" * (LONGEST_RUN - len("/" + "/local"))
    monkeypatch.setenv("LATEEN_RUN", longest)
    deepest = Settings.load().run / "pods" / "00000000-0000-0000-0000-000000000000" / "sds" / "socket"
    assert len(str(deepest)) == 107
    monkeypatch.setenv("LATEEN_RUN", longest + "r")
    with pytest.raises(LateenError, match="too long a path") as caught:
        Settings.load()
    assert "LATEEN_RUN" in caught.value.fix


def test_what_outlives_the_mesh_is_in_state_and_what_does_not_in_run() -> None:
    settings = Settings("m", Path("/state"), Path("/run"))
    assert {path.parent for path in (settings.database, settings.pki, settings.kubeconfig, settings.logs)} == {
        settings.state
    }
    sockets = (settings.journal, settings.kubelet_socket, settings.istiod_socket, settings.node_socket)
    assert {path.parent for path in sockets} == {settings.run}
    assert len(set(sockets)) == 4


def test_children_get_only_what_they_read_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATEEN_STATE", "/a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    monkeypatch.delenv("LANG", raising=False)
    env = child_environment()
    assert env["LATEEN_STATE"] == "/a"
    assert "hunter2" not in env.values()
    assert not {"HTTP_PROXY", "LANG"} & set(env)
    assert env["PYTHONUNBUFFERED"] == "1"


def test_a_setting_of_istios_is_read_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings.load().several_authorizers
    monkeypatch.setenv(SEVERAL_AUTHORIZERS, "true")
    assert Settings.load().several_authorizers
    assert child_environment()[SEVERAL_AUTHORIZERS] == "true"


def test_another_authority_is_named_as_istio_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Settings.load()
    assert (found.ca_address, found.ca_roots, found.ca_audience) == ("", None, "")
    monkeypatch.setenv("CA_ADDR", "istio-csr.cert-manager.svc:443")
    monkeypatch.setenv("CA_ROOT_CA", "/roots.pem")
    monkeypatch.setenv("LATEEN_CA_AUDIENCE", "istio-csr")
    found = Settings.load()
    assert (found.ca_address, found.ca_roots) == ("istio-csr.cert-manager.svc:443", Path("/roots.pem"))
    assert found.ca_audience == "istio-csr"


@pytest.mark.parametrize("address", ["ca.example.com", "ca.example.com:", ":443", "ca:70000"])
def test_an_authoritys_address_has_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CA_ADDR", address)
    with pytest.raises(LateenError, match="CA_ADDR"):
        Settings.load()
