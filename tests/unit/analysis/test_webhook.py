import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))


from findings import snapshot

from lateen.analysis.webhook import injectors, probes, takes

HOOK = {"namespaceSelector": {"matchExpressions": [{"key": "rev", "operator": "In", "values": ["a"]}]}}


def test_a_webhook_takes_what_both_its_selectors_select() -> None:
    assert takes(HOOK, {"rev": "a"}, {}) and not takes(HOOK, {"rev": "b"}, {})
    assert not takes({**HOOK, "objectSelector": {"matchLabels": {"inject": "true"}}}, {"rev": "a"}, {})
    assert takes({}, {}, {})


def test_a_selector_that_cannot_be_read_takes_nothing() -> None:
    assert not takes({"objectSelector": {"matchExpressions": [{"operator": "Near"}]}}, {}, {})


def test_probes_are_among_those_that_the_selectors_take() -> None:
    assert any(takes(HOOK, *probe) for probe in probes(HOOK, {}))


def test_injectors_are_known_by_name_or_label() -> None:
    head = "---\nkind: MutatingWebhookConfiguration\nmetadata: "
    text = "".join(
        f"{head}{meta}\n"
        for meta in ("{name: istio-sidecar-injector-x}", "{name: a, labels: {app: sidecar-injector}}", "{name: b}")
    )
    assert [one.name for one in injectors(snapshot(text))] == ["istio-sidecar-injector-x", "a"]
