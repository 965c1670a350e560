import pytest


@pytest.fixture
def egress_errors(errors):
    return lambda *listeners: [path.removeprefix("spec.egress") for path in errors("Sidecar", egress=list(listeners))]


@pytest.mark.parametrize(
    "host", ["./*", "*/*", "~/*", "a/*.b.c", "istio-system/*", "./a.b.c", "~secret/*", "*/a.example.com"]
)
def test_hosts_are_of_namespaces(egress_errors, host):
    assert egress_errors({"hosts": [host]}) == []


@pytest.mark.parametrize("host", ["a.b.c", "/", "a/", "/a", "A_B/x.y", "a/*b.c", "a/x_y!", "~A/*"])
def test_what_is_no_host_is_refused(egress_errors, host):
    assert egress_errors({"hosts": [host]}) == ["[0].hosts[0]"]


def test_a_listener_has_hosts(egress_errors):
    assert egress_errors({}) == ["[0].hosts"]


def test_the_listener_for_all_ports_stands_last(egress_errors):
    one = {"hosts": ["./a.b"], "port": {"number": 80, "protocol": "HTTP"}}
    every = {"hosts": ["./*"]}
    assert egress_errors(one, every) == []
    assert egress_errors(every, one) == ["[0]"]


def test_a_port_or_socket_has_one_listener(egress_errors):
    def at(bind, number):
        return {"hosts": ["./*"], "bind": bind, "port": {"number": number, "protocol": "HTTP"}}

    assert egress_errors(at("", 80), at("", 81), at("127.0.0.1", 80)) == []
    assert egress_errors(at("", 80), at("", 80)) == ["[1].port"]
    assert egress_errors(at("unix:///x", 0), at("unix:///x", 0)) == ["[1].port"]


def test_a_socket_has_a_protocol(egress_errors):
    assert egress_errors({"hosts": ["./*"], "bind": "unix:///x"}) == ["[0].port"]


def test_what_is_covered_is_warned_of(warnings):
    hosts = ["*/*", "a/b.c", "a/b.c"]
    assert warnings("Sidecar", egress=[{"hosts": hosts}]) == ["spec.egress[0].hosts[1]", "spec.egress[0].hosts[2]"]
    assert warnings("Sidecar", egress=[{"hosts": ["./x.y", "./x.y"]}]) == ["spec.egress[0].hosts[1]"]
