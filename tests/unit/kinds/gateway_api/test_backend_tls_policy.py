def test_it_is_about_something(paths):
    validation = {"hostname": "a.example.com", "wellKnownCACertificates": "System"}
    assert paths("BackendTLSPolicy", {"targetRefs": [], "validation": validation}, version="v1alpha3") == [
        "spec.targetRefs"
    ]
