import pytest


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ({"wellKnownCACertificates": "System"}, []),
        ({}, [""]),
        ({"wellKnownCACertificates": "System", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "a"}]}, [""]),
        ({"wellKnownCACertificates": "System", "subjectAltNames": [{"type": "URI", "hostname": "a.b"}]},
         [".subjectAltNames[0].hostname", ".subjectAltNames[0].uri"]),
    ],
)  # fmt: skip
def test_a_certificate_is_checked_in_one_way(paths, check, expected):
    targets = [{"group": "", "kind": "Service", "name": "a"}]
    found = paths("BackendTLSPolicy", {"targetRefs": targets, "validation": {"hostname": "a.example.com", **check}})
    assert found == [f"spec.validation{each}" for each in expected]
