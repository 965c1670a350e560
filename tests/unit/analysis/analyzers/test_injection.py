import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.injection import ANALYZER


def namespace(name: str, labels: str) -> str:
    return core("Namespace", name, labels=labels).replace("metadata: {", "metadata: {namespace: '', ")


def told(text: str) -> list[tuple[str, str]]:
    return [(code, said.replace("shop/", "")) for code, said in found(ANALYZER, text)]


def test_a_namespace_that_says_nothing_or_two_things_is_told() -> None:
    assert told(namespace("a", "{}")) == [("IST0102", "Namespace a")]
    both = "{istio-injection: enabled, istio.io/rev: canary}"
    assert told(namespace("a", both)) == [("IST0123", "Namespace a")]


def test_a_pod_without_a_proxy_in_an_injected_namespace_is_told_unless_it_asked_for_none() -> None:
    shop = namespace("shop", "{istio-injection: enabled}")
    assert told(shop + core("Pod", "p", "{containers: [{name: app}]}")) == [("IST0103", "Pod p")]
    for pod in (
        core("Pod", "p", "{initContainers: [{name: istio-proxy}]}"),
        core("Pod", "p", labels="{sidecar.istio.io/inject: 'false'}"),
        core("Pod", "p", "{hostNetwork: true}"),
    ):
        assert told(shop + pod) == []


def test_injection_by_default_is_told() -> None:
    values = """{"sidecarInjectorWebhook": {"enableNamespacesByDefault": true}}"""
    text = f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio-sidecar-injector}}\ndata: {{values: '{values}'}}\n"
    assert told(namespace("a", "{}") + text) == [("IST0148", "Namespace a")]
