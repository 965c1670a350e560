import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.proxy_images import ANALYZER, AUTOMATIC

VALUES = '{"global": {"hub": "hub", "tag": "2", "proxy": {"image": "proxyv2"}}}'
SETTINGS = (
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio-sidecar-injector{}}}\ndata: {{values: '{}'}}\n"
)
INJECTOR = SETTINGS.format("", VALUES)
SHOP = core("Namespace", "shop", labels="{istio-injection: enabled}")


def proxy(image: str, where: str = "containers") -> str:
    return core("Pod", "p", f"{{{where}: [{{name: istio-proxy, image: '{image}'}}]}}")


def test_a_proxy_of_an_older_image_is_told_of_its_namespace() -> None:
    for where in ("containers", "initContainers"):
        assert found(ANALYZER, INJECTOR + SHOP + proxy("hub/proxyv2:1", where)) == [("IST0158", "Namespace shop/shop")]


def test_the_right_image_in_any_variant_and_a_namespace_of_another_revision_are_nothing_to_tell() -> None:
    assert found(ANALYZER, INJECTOR + SHOP + proxy("hub/proxyv2:2")) == []
    assert found(ANALYZER, INJECTOR + SHOP + proxy("hub/proxyv2:2-distroless")) == []
    canary = SHOP.replace("istio-injection: enabled", "istio.io/rev: canary")
    assert found(ANALYZER, INJECTOR + canary + proxy("hub/proxyv2:1")) == []
    of_canary = SETTINGS.format("-canary", VALUES)
    assert found(ANALYZER, of_canary + canary + proxy("hub/proxyv2:1")) == [("IST0158", "Namespace shop/shop")]


def test_an_image_that_nobody_fills_in_is_told() -> None:
    assert found(AUTOMATIC, proxy("auto")) == [("IST0147", "Pod shop/p")]
    template = (
        "{template: {metadata: {labels: {inject: 'yes'}}, spec: {containers: [{name: istio-proxy, image: auto}]}}}"
    )
    gateway = core("Deployment", "g", template)
    assert found(AUTOMATIC, gateway) == [("IST0146", "Deployment shop/g")]
    hook = (
        "---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
        "metadata: {name: istio-sidecar-injector}\nwebhooks: [{objectSelector: {matchLabels: {inject: 'yes'}}}]\n"
    )
    assert found(AUTOMATIC, gateway + hook) == []
