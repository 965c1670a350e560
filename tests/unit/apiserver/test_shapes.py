from lateen.apiserver.shapes import shape_of


def at(path: str, group: str, kind: str) -> tuple[str, ...] | None:
    shape = shape_of(group, kind)
    for step in path.split("."):
        shape = shape.child(step)
    return shape.rule and shape.rule.keys


def test_a_template_merges_as_a_pod_does() -> None:
    assert at("spec.containers.env", "", "Pod") == ("name",)
    assert at("spec.template.spec.containers.env", "apps", "Deployment") == ("name",)
    assert at("spec.template.spec.containers.ports", "apps", "ReplicaSet") == ("containerPort", "protocol")


def test_istio_kinds_merge_only_metadata() -> None:
    assert at("spec.http", "networking.istio.io", "VirtualService") is None
    assert at("metadata.ownerReferences", "networking.istio.io", "VirtualService") == ("uid",)


def test_a_missing_protocol_is_tcp() -> None:
    rule = shape_of("", "Service").child("spec").child("ports").rule
    assert rule is not None and rule.key_of({"port": 80}) == '{"port":80,"protocol":"TCP"}'


def test_a_rule_holds_only_lists_of_what_it_expects() -> None:
    rule = shape_of("", "Pod").child("spec").child("containers").rule
    assert rule is not None
    assert rule.holds([{"name": "a"}]) and not rule.holds([{"image": "a"}]) and not rule.holds("a")
