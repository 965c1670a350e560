def test_it_says_who_and_what(paths):
    spec = {"from": [{"group": "", "kind": "Service", "namespace": "a"}], "to": [{"group": "", "kind": "Secret"}]}
    assert paths("ReferenceGrant", spec, version="v1beta1") == []
    assert paths("ReferenceGrant", {**spec, "from": [{"group": "", "kind": "Service"}]}) == ["spec.from[0].namespace"]
