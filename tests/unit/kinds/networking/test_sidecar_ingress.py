import pytest

TLS = {"mode": "SIMPLE", "serverCertificate": "/c", "privateKey": "/k"}


@pytest.fixture
def ingress_errors(errors):
    return lambda **listener: [
        path.removeprefix("spec.ingress[0].")
        for path in errors("Sidecar", ingress=[{"port": {"number": 80, "protocol": "HTTPS"}, **listener}])
    ]


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8080", "0.0.0.0:1", "[::1]:80", "[::]:80", "unix:///x", ""])
def test_the_application_listens_in_the_workload(ingress_errors, endpoint):
    assert ingress_errors(defaultEndpoint=endpoint) == []


@pytest.mark.parametrize("endpoint", ["10.0.0.1:80", "127.0.0.1:0", "127.0.0.1:http", "[::2]:80", "unix://x", "80"])
def test_other_endpoints_are_refused(ingress_errors, endpoint):
    assert ingress_errors(defaultEndpoint=endpoint) == ["defaultEndpoint"]


def test_a_port_has_one_listener(errors):
    one = {"port": {"number": 80, "protocol": "HTTP"}}
    assert errors("Sidecar", ingress=[one, one]) == ["spec.ingress[1].port.number"]


def test_tls_is_terminated_with_files(ingress_errors):
    assert ingress_errors(tls=TLS) == []
    assert ingress_errors(tls={**TLS, "mode": "ISTIO_MUTUAL"}) == ["tls.mode"]
    assert ingress_errors(tls={**TLS, "httpsRedirect": True}) == ["tls.httpsRedirect"]
    assert ingress_errors(tls={"mode": "SIMPLE", "credentialName": "x"}) == ["tls.credentialName"]
    assert ingress_errors(tls=TLS, port={"number": 80, "protocol": "HTTP"}) == ["tls"]


def test_limits_are_checked(ingress_errors):
    assert ingress_errors(connectionPool={}) == ["connectionPool"]
