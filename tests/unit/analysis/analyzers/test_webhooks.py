import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.webhooks import ANALYZER


def hook(name: str, namespaces: str, service: str = "istiod") -> str:
    client = f"{{service: {{name: {service}, namespace: shop}}}}"
    webhooks = f"[{{name: x, clientConfig: {client}, namespaceSelector: {namespaces}}}]"
    head = "---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
    return f"{head}metadata: {{name: {name}}}\nwebhooks: {webhooks}\n"


SERVICE = core("Service", "istiod")
ENABLED, CANARY = "{matchLabels: {istio-injection: enabled}}", "{matchLabels: {istio.io/rev: canary}}"
OURS = "istio-sidecar-injector"


def test_two_webhooks_that_take_one_pod_are_told_both() -> None:
    both = SERVICE + hook(OURS, ENABLED) + hook(f"{OURS}-b", ENABLED)
    assert [code for code, _ in found(ANALYZER, both)] == ["IST0139", "IST0139"]


def test_a_webhook_without_its_service_is_told() -> None:
    assert found(ANALYZER, hook(OURS, ENABLED)) == [("IST0139", f"MutatingWebhookConfiguration shop/{OURS}")]


def test_webhooks_for_different_namespaces_and_those_of_others_are_nothing_to_tell() -> None:
    apart = "{matchExpressions: [{key: istio-injection, operator: DoesNotExist}], matchLabels: {istio.io/rev: canary}}"
    assert found(ANALYZER, SERVICE + hook(OURS, ENABLED) + hook(f"{OURS}-canary", apart)) == []
    assert found(ANALYZER, hook("somebody-elses", ENABLED, "gone")) == []
