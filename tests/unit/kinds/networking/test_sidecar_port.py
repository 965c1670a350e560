import pytest

from lateen.kinds.networking.sidecar_port import (
    SidecarPort,
    bind_faults,
    is_unix,
    port_setting_faults,
    socket_faults,
)


def paths(faults):
    return [fault.path for fault in faults]


@pytest.mark.parametrize(
    ("port", "bind", "field"),
    [
        (SidecarPort(number=80, protocol="http", name="web"), "", None),
        (SidecarPort(protocol="HTTP"), "unix:///x", None),
        (SidecarPort(), "", "p.number"),
        (SidecarPort(number=80), "unix:///x", "p.number"),
        (SidecarPort(number=80, name="a_b"), "", "p.name"),
        (SidecarPort(number=80, protocol="smoke"), "", "p.protocol"),
    ],
)
def test_ports_are_checked(port, bind, field):
    assert paths(port_setting_faults("p", port, bind)) == ([field] if field else [])


def test_a_socket_is_not_captured():
    assert paths(bind_faults("l", "", "IPTABLES")) == []
    assert paths(bind_faults("l", "10.0.0.1", "IPTABLES")) == []
    assert paths(bind_faults("l", "here", "DEFAULT")) == ["l.bind"]
    assert paths(bind_faults("l", "unix:///x", "NONE")) == []
    assert paths(bind_faults("l", "unix:///x", "IPTABLES")) == ["l.captureMode"]


@pytest.mark.parametrize("text", ["unix://x", "unix:///x/", "unix:///"])
def test_a_socket_has_a_path(text):
    assert is_unix(text)
    assert paths(socket_faults("s", text)) == ["s"]
