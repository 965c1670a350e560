from typing import Any

import pytest
from google.protobuf import json_format

from lateen.envoy.rbac import rules, stage
from lateen.plan.authorization import (
    NEVER,
    AllOf,
    AnyOf,
    ClientAddress,
    DestinationAddress,
    DestinationPort,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Peer,
    Rule,
    ServerName,
    Stage,
)
from lateen.plan.matching import StringMatch
from lateen.proto.descriptors import installed, message

TEXT = StringMatch("exact", "a")


def shown(built: Any) -> dict[str, Any]:
    installed().load_all()
    found: dict[str, Any] = json_format.MessageToDict(built, descriptor_pool=installed().pool)
    return found


def both(expression: Expression) -> tuple[dict[str, Any], dict[str, Any]]:
    """An expression as a permission and as a principal."""
    built = message("envoy.config.rbac.v3.RBAC")()
    rules(built, [Rule(name="r", permissions=(expression,), principals=(expression,))], "ALLOW")
    found = shown(built)["policies"]["r"]
    return found["permissions"][0], found["principals"][0]


def test_both_sides_have_operators_of_their_own_names() -> None:
    permission, principal = both(AllOf((NEVER, AnyOf((Header("a", TEXT),)))))
    header = {"header": {"name": "a", "stringMatch": {"exact": "a"}}}
    assert permission == {"andRules": {"rules": [{"notRule": {"any": True}}, {"orRules": {"rules": [header]}}]}}
    assert principal == {"andIds": {"ids": [{"notId": {"any": True}}, {"orIds": {"ids": [header]}}]}}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (Path(TEXT), {"urlPath": {"path": {"exact": "a"}}}),
        (DestinationAddress("10.0.0.0/8"), {"destinationIp": {"addressPrefix": "10.0.0.0", "prefixLen": 8}}),
        (DestinationPort(80), {"destinationPort": 80}),
        (ServerName(TEXT), {"requestedServerName": {"exact": "a"}}),
    ],
)
def test_what_is_asked_for(expression: Expression, wanted: dict[str, Any]) -> None:
    built = message("envoy.config.rbac.v3.RBAC")()
    rules(built, [Rule(name="r", permissions=(expression,), principals=())], "DENY")
    assert shown(built)["policies"]["r"]["permissions"] == [wanted]
    assert shown(built)["action"] == "DENY"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (Peer(TEXT), {"authenticated": {"principalName": {"exact": "a"}}}),
        (ClientAddress("::1"), {"directRemoteIp": {"addressPrefix": "::1", "prefixLen": 128}}),
        (ClientAddress("10.0.0.1", True), {"remoteIp": {"addressPrefix": "10.0.0.1", "prefixLen": 32}}),
    ],
)
def test_who_asks(expression: Expression, wanted: dict[str, Any]) -> None:
    built = message("envoy.config.rbac.v3.RBAC")()
    rules(built, [Rule(name="r", permissions=(), principals=(Not(expression),))], "LOG")
    assert shown(built)["policies"]["r"]["principals"] == [{"notId": wanted}]


def test_a_template_is_matched_by_an_extension() -> None:
    built = message("envoy.config.rbac.v3.RBAC")()
    rules(built, [Rule(name="r", permissions=(PathTemplate("/a/*"),), principals=())], "ALLOW")
    (permission,) = shown(built)["policies"]["r"]["permissions"]
    assert permission["uriTemplate"]["typedConfig"]["pathTemplate"] == "/a/*"


def test_metadata_is_a_text_a_member_of_a_list_or_either() -> None:
    other = StringMatch("prefix", "b")
    alone, _ = both(Metadata("f", ("k",), texts=(TEXT,)))
    assert alone["metadata"] == {"filter": "f", "path": [{"key": "k"}], "value": {"stringMatch": {"exact": "a"}}}
    member, _ = both(Metadata("f", ("k",), members=(TEXT, other)))
    texts = [{"stringMatch": {"exact": "a"}}, {"stringMatch": {"prefix": "b"}}]
    listed = {"listMatch": {"oneOf": {"orMatch": {"valueMatchers": texts}}}}
    assert member["metadata"]["value"] == listed
    either, _ = both(Metadata("f", ("k",), texts=(TEXT, other), members=(TEXT, other)))
    assert either["metadata"]["value"] == {
        "orMatch": {"valueMatchers": [listed, {"orMatch": {"valueMatchers": texts}}]}
    }


def test_no_rules_are_other_than_none() -> None:
    config = message("envoy.extensions.filters.http.rbac.v3.RBAC")()
    stage(config, Stage(action="ALLOW", rules=(), trial_prefix="p_"))
    assert config.HasField("rules")
    assert not config.HasField("shadow_rules")
    assert config.shadow_rules_stat_prefix == "p_"


def test_what_is_tried_stands_in_shadow_rules() -> None:
    config = message("envoy.extensions.filters.http.rbac.v3.RBAC")()
    stage(config, Stage(action="DENY", trial=(Rule(name="r", permissions=(), principals=()),)))
    assert not config.HasField("rules")
    assert list(config.shadow_rules.policies) == ["r"]
