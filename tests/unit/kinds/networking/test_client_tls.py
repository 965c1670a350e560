import pytest


@pytest.mark.parametrize(
    "tls",
    [
        {"mode": "DISABLE"},
        {"mode": "SIMPLE"},
        {"mode": "SIMPLE", "credentialName": "x", "subjectAltNames": ["a"]},
        {"mode": "SIMPLE", "insecureSkipVerify": True},
        {"mode": "MUTUAL", "clientCertificate": "/c", "privateKey": "/k", "caCertificates": "/ca"},
        {"mode": "MUTUAL", "credentialName": "x"},
        {"mode": "ISTIO_MUTUAL", "sni": "x", "subjectAltNames": ["a"]},
    ],
)
def test_each_mode_has_its_way_to_certificates(policy_errors, tls):
    assert policy_errors(tls=tls) == []


@pytest.mark.parametrize(
    ("tls", "fields"),
    [
        ({"mode": "MUTUAL"}, ["clientCertificate", "privateKey"]),
        ({"mode": "MUTUAL", "privateKey": "/k"}, ["clientCertificate"]),
        ({"mode": "SIMPLE", "credentialName": "x", "caCertificates": "/ca"}, ["caCertificates"]),
        ({"mode": "ISTIO_MUTUAL", "privateKey": "/k", "credentialName": "x"}, ["privateKey", "credentialName"]),
        ({"mode": "SIMPLE", "insecureSkipVerify": True, "caCertificates": "/ca"}, ["caCertificates"]),
        ({"mode": "SIMPLE", "insecureSkipVerify": True, "subjectAltNames": ["a"]}, ["subjectAltNames"]),
    ],
)
def test_contradictions_are_refused(policy_errors, tls, fields):
    assert policy_errors(tls=tls) == [f"tls.{field}" for field in fields]
