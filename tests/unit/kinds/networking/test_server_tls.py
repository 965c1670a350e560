import pytest

PORT = {"number": 443, "name": "https", "protocol": "HTTPS"}
PAIR = {"serverCertificate": "/c", "privateKey": "/k"}


@pytest.fixture
def tls_errors(errors):
    def judge(**tls):
        found = errors("Gateway", servers=[{"port": PORT, "hosts": ["*"], "tls": tls}])
        return [path.removeprefix("spec.servers[0].tls").removeprefix(".") for path in found]

    return judge


@pytest.mark.parametrize(
    "tls",
    [
        {},
        {"mode": "SIMPLE", "credentialName": "x"},
        {"mode": "SIMPLE", **PAIR},
        {"mode": "SIMPLE", "tlsCertificates": [PAIR, PAIR]},
        {"mode": "MUTUAL", "credentialNames": ["a", "b"]},
        {"mode": "MUTUAL", **PAIR, "caCertificates": "/ca"},
        {"mode": "ISTIO_MUTUAL"},
        {"mode": "SIMPLE", "credentialName": "x", "minProtocolVersion": "TLSV1_2", "maxProtocolVersion": "TLSV1_3"},
    ],
)
def test_each_mode_has_its_certificates(tls_errors, tls):
    assert tls_errors(**tls) == []


@pytest.mark.parametrize(
    ("tls", "fields"),
    [
        ({"mode": "SIMPLE"}, ["serverCertificate", "privateKey"]),
        ({"mode": "SIMPLE", "serverCertificate": "/c"}, ["privateKey"]),
        ({"mode": "SIMPLE", "credentialName": "x", **PAIR}, [""]),
        ({"mode": "SIMPLE", "tlsCertificates": [{"privateKey": "/k"}]}, ["tlsCertificates[0].serverCertificate"]),
        ({"mode": "MUTUAL", **PAIR}, ["caCertificates"]),
        ({"mode": "OPTIONAL_MUTUAL", **PAIR}, ["caCertificates"]),
        ({"mode": "ISTIO_MUTUAL", "serverCertificate": "/c"}, ["serverCertificate"]),
        ({"mode": "SIMPLE", "credentialName": "x", "caCrl": "/crl"}, ["caCrl"]),
        ({"minProtocolVersion": "TLSV1_3", "maxProtocolVersion": "TLSV1_2"}, ["minProtocolVersion"]),
    ],
)
def test_what_is_missing_or_too_much_is_refused(tls_errors, tls, fields):
    assert tls_errors(**tls) == fields


@pytest.mark.parametrize(
    ("tls", "path"),
    [
        ({"credentialName": "x"}, ""),
        ({"mode": "SIMPLE", "credentialName": "x", "cipherSuites": ["nonsense"]}, ".cipherSuites[0]"),
        ({"mode": "SIMPLE", "credentialName": "x", "cipherSuites": ["AES128-SHA"] * 2}, ".cipherSuites[1]"),
        ({"mode": "SIMPLE", "tlsCertificates": [PAIR] * 3}, ""),
    ],
)
def test_what_has_no_effect_is_warned_of(warnings, tls, path):
    found = warnings("Gateway", servers=[{"port": PORT, "hosts": ["*"], "tls": tls}])
    assert found == [f"spec.servers[0].tls{path}"]
