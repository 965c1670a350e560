from lateen.kinds.schema_rules import AtMostOne, CelRule, keyed_by, merged, only_one_of, stating, with_rules


def test_a_rule_is_an_expression_with_its_message():
    schema = stating(CelRule("self > 0", "must be positive"), title="a")
    assert schema == {"title": "a", "x-kubernetes-validations": [{"rule": "self > 0", "message": "must be positive"}]}


def test_alternatives_are_told_apart_by_the_shape_alone():
    [ways] = with_rules({}, [AtMostOne(("a", "b"))])["allOf"]
    assert ways["oneOf"] == [
        {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
        {"required": ["a"]},
        {"required": ["b"]},
    ]


def test_only_one_of_names_every_pair():
    rule = only_one_of("a", "b", "c")
    assert rule.expression.count("has(") == 6 and rule.message == "only one of a, b, c can be set"


def test_rules_add_up_and_other_parts_are_replaced():
    one, two = stating(CelRule("a", "a"), title="a"), stating(CelRule("b", "b"), title="b")
    found = merged(one, two)
    assert found["title"] == "b" and [each["rule"] for each in found["x-kubernetes-validations"]] == ["a", "b"]


def test_a_list_may_be_keyed():
    assert keyed_by("name")["x-kubernetes-list-map-keys"] == ["name"]
