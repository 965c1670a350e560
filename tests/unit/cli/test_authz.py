"""What a proxy's dump is read as; a real one is asked in tests/e2e/test_mtls_commands.py."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from lateen.base.errors import LateenError

RULE = "ns[{}]-policy[{}]-rule[{}]"


def rbac(field: str, action: str, *names: str) -> dict[str, Any]:
    said = {"action": action} if action else {}
    config = {"@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
              field: {**said, "policies": {name: {} for name in names}}}  # fmt: skip
    return {"name": "envoy.filters.http.rbac", "typed_config": config}


def dump(*filters: dict[str, Any]) -> str:
    manager = {"typed_config": {"http_filters": list(filters)}}
    chains = [{"filters": [manager]}, {"filters": [manager]}]
    listener = {"active_state": {"listener": {"name": "virtualInbound", "filter_chains": chains}}}
    part = {"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_listeners": [listener]}
    return json.dumps({"configs": [part]})


def test_rules_are_counted_by_policy_and_action_however_many_chains_have_them(lateen: Callable[..., Result]) -> None:
    filters = (
        rbac("shadow_rules", "DENY", "istio-ext-authz-opa-" + RULE.format("bank", "ask", 0)),
        rbac("rules", "LOG", RULE.format("bank", "note", 0)),
        rbac("rules", "DENY", RULE.format("istio-system", "never", 0)),
        rbac("rules", "", RULE.format("bank", "pay", 0), RULE.format("bank", "pay", 1)),
        rbac("shadow_rules", "", RULE.format("bank", "tried", 0)),
        rbac("rules", ""),
    )
    for words in (("authz", "check"), ("x", "authz", "check")):
        done = lateen(*words, "-f", "-", stdin=dump(*filters))
        assert [line.split(maxsplit=1) for line in done.output.splitlines()] == [
            ["ACTION", "AuthorizationPolicy   RULES"],
            ["ALLOW", "pay.bank              2"],
            ["ALLOW", "(dry run)   tried.bank            1"],
            ["AUDIT", "note.bank             1"],
            ["CUSTOM", "ask.bank              1"],
            ["DENY", "never.istio-system    1"],
        ]


def test_an_allow_filter_without_any_rule_is_shown_as_istioctl_shows_it(lateen: Callable[..., Result]) -> None:
    (row,) = json.loads(lateen("authz", "check", "-f", "-", "-o", "json", stdin=dump(rbac("rules", ""))).output)
    assert row == {"action": "ALLOW", "policy": "_anonymous_match_nothing_", "rules": 1}


@pytest.mark.parametrize(("text", "said"), [("nonsense", "is not JSON"), ("{}", "is no config dump")])
def test_what_is_no_dump_is_refused(text: str, said: str, lateen: Callable[..., Result]) -> None:
    error = lateen("authz", "check", "-f", "-", stdin=text).exception
    assert isinstance(error, LateenError) and said in str(error)


def test_a_pod_or_a_dump_must_be_named(lateen: Callable[..., Result]) -> None:
    assert "name a pod, or a config dump" in lateen("authz", "check").output
