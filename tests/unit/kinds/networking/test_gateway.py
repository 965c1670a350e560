import pytest

PORT = {"number": 80, "name": "http", "protocol": "HTTP"}


@pytest.fixture
def server_errors(errors):
    def judge(**server):
        found = errors("Gateway", selector={"istio": "gw"}, servers=[{"port": PORT, "hosts": ["*"], **server}])
        return [path.removeprefix("spec.servers[0].") for path in found]

    return judge


@pytest.mark.parametrize("host", ["*", "*.example.com", "a.b", "ns1/a.b", "*/a.b", "./a.b", "1.1.1.1", "ns/*"])
def test_hosts_may_name_a_namespace(server_errors, host):
    assert server_errors(hosts=[host]) == []


@pytest.mark.parametrize("host", ["short", "~/a.b", "NS/a.b", "a.*.b", "", "a/b/c.d"])
def test_other_hosts_are_refused(server_errors, host):
    assert server_errors(hosts=[host]) == ["hosts[0]"]


def test_a_gateway_has_servers_and_a_server_has_hosts(errors, server_errors):
    assert errors("Gateway", selector={"a": "b"}) == ["spec.servers"]
    assert server_errors(hosts=[]) == ["hosts"]


@pytest.mark.parametrize(
    ("port", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 66000}, "number"),
        ({"protocol": "HTPP"}, "protocol"),
        ({"protocol": ""}, "protocol"),
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
    ],
)
def test_ports_are_checked(server_errors, port, field):
    assert server_errors(port={**PORT, **port}) == [f"port.{field}"]


def test_port_names_and_server_names_are_unique(errors):
    servers = [{"port": PORT, "hosts": ["*"], "name": "a"}] * 2
    assert errors("Gateway", servers=servers) == ["spec.servers[1].port.name", "spec.servers[1].name"]


def test_bind_is_an_address_or_a_socket_without_port(server_errors):
    assert server_errors(bind="127.0.0.1") == []
    assert server_errors(bind="foo.bar") == ["bind"]
    assert server_errors(bind="unix://@x", port={**PORT, "number": 0}) == []
    assert server_errors(bind="unix://@x") == ["port.number"]
    assert server_errors(bind="unix://x", port={**PORT, "number": 0}) == ["bind"]


def test_tls_belongs_to_tls_protocols(server_errors):
    secret = {"mode": "SIMPLE", "credentialName": "x"}
    https = {**PORT, "protocol": "https"}
    assert server_errors(port=https, tls=secret) == []
    assert server_errors(port=https) == ["tls"]
    assert server_errors(tls=secret) == ["tls"]
    assert server_errors(tls={"httpsRedirect": True}) == []


def test_a_selector_names_exact_labels(errors):
    servers = [{"port": PORT, "hosts": ["*"]}]
    assert errors("Gateway", selector={"a": "*"}, servers=servers) == ["spec.selector.a"]


@pytest.mark.parametrize(
    ("protocol", "tls", "path"),
    [("TCP", {}, "tls"), ("HTTPS", {"httpsRedirect": True}, "tls.httpsRedirect")],
)
def test_settings_without_effect_are_warned_of(warnings, protocol, tls, path):
    server = {"port": {**PORT, "protocol": protocol}, "hosts": ["*"], "tls": tls}
    assert warnings("Gateway", servers=[server]) == [f"spec.servers[0].{path}"]
