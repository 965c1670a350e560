BACKENDS = [{"name": "a", "port": 80}]


def test_it_has_one_rule(paths):
    rule = {"backendRefs": BACKENDS}
    assert paths("TCPRoute", {"rules": [rule]}, version="v1alpha2") == []
    assert paths("TCPRoute", {"rules": [rule, rule]}) == ["spec.rules"]
    assert paths("TCPRoute", {}) == ["spec.rules"]
