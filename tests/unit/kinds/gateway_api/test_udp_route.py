BACKENDS = [{"name": "a", "port": 80}]


def test_it_has_one_rule(paths):
    rule = {"backendRefs": BACKENDS}
    assert paths("UDPRoute", {"rules": [rule]}, version="v1alpha2") == []
    assert paths("UDPRoute", {"rules": [rule, rule]}) == ["spec.rules"]
    assert paths("UDPRoute", {}) == ["spec.rules"]
