import pytest

RULE = {"backendRefs": [{"name": "a", "port": 80}]}


def parents(*refs):
    return {"parentRefs": [{"name": "g", **ref} for ref in refs], "rules": [RULE]}


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ([{"sectionName": "a"}, {"sectionName": "b"}], []),
        ([{"port": 1}, {"port": 2}], []),
        ([{}, {"namespace": "other"}], []),
        ([{}, {"sectionName": "a"}], ["spec.parentRefs[1]"]),
        ([{"sectionName": "a"}, {"sectionName": "a"}], ["spec.parentRefs[1]"]),
    ],
)
def test_references_to_one_parent_are_told_apart(paths, refs, expected):
    assert paths("TCPRoute", parents(*refs)) == expected


def test_a_service_needs_its_port(paths):
    refs = [{"name": "a"}, {"name": "b", "kind": "Bucket", "group": "x.y"}]
    assert paths("TCPRoute", {"rules": [{"backendRefs": refs}]}) == ["spec.rules[0].backendRefs[0].port"]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [(("a", "b"), []), (("a", ""), ["spec.targetRefs[1]"]), (("", ""), ["spec.targetRefs[1]"])],
)
def test_references_to_one_target_are_told_apart(paths, sections, expected):
    refs = [
        {"group": "", "kind": "Service", "name": "a", **({"sectionName": name} if name else {})} for name in sections
    ]
    validation = {"hostname": "a.example.com", "wellKnownCACertificates": "System"}
    assert paths("BackendTLSPolicy", {"targetRefs": refs, "validation": validation}) == expected
