import pytest

TLS = {"mode": "ClientAndServer", "validation": {"hostname": "a.b", "wellKnownCACertificates": "System"}}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"externalHostname": {"hostname": "a.svc.cluster.local"}}, ["spec.externalHostname.hostname"]),
        ({"port": {"name": "A", "port": 80}}, ["spec.port.name"]),
        ({"tls": TLS}, ["spec.tls.clientCertificateRef"]),
        ({"tls": {**TLS, "mode": "ServerOnly"}}, []),
    ],
)
def test_it_is_a_host_outside(paths, more, expected):
    spec = {"type": "ExternalHostname", "externalHostname": {"hostname": "a.example.com"}, "port": {"port": 80}, **more}
    assert paths("XBackend", spec, version="v1alpha1", experimental=True) == expected
