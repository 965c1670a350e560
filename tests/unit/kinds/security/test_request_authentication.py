from lateen.kinds.decode import check


def test_policies_are_accepted(errors):
    assert errors("RequestAuthentication") == []
    rules = [{"issuer": "a", "jwksUri": "https://a/keys"}]
    assert errors("RequestAuthentication", selector={"matchLabels": {"app": "x"}}, jwtRules=rules) == []


def test_faults_name_the_rule(errors):
    assert errors("RequestAuthentication", jwtRules=[{"issuer": "a"}, {}]) == ["spec.jwtRules[1].issuer"]


def test_it_cannot_be_tried_without_effect():
    meta = {"name": "x", "annotations": {"istio.io/dry-run": "true"}}
    raw = {"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication", "metadata": meta}
    assert [fault.path for fault in check(raw)] == ['metadata.annotations["istio.io/dry-run"]']
