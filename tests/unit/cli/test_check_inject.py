from collections.abc import Callable
from pathlib import Path

from click.testing import Result

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: apart, namespace: shop, labels: {sidecar.istio.io/inject: "false"}}
spec: {containers: [{name: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec: {containers: [{name: web}]}
"""


def test_each_workload_of_a_file_is_told_of(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    for command in (["check-inject"], ["x", "check-inject"]):
        lines = lateen(*command, "-f", str(tmp_path / "shop.yaml")).stdout.splitlines()
        assert lines[0].split() == ["NAME", "INJECTED", "NEW", "PODS", "REASON"]
        assert lines[1].split(maxsplit=3) == ["deployment/web.shop", "✘", "✔", "the namespace's label istio-injection is 'enabled'"]  # fmt: skip
        assert lines[2].split(maxsplit=3) == ["apart.shop", "✘", "✘", "the pod's label sidecar.istio.io/inject is 'false'"]  # fmt: skip
        assert lines[3].startswith("elsewhere.default") and "neither the namespace nor the pod" in lines[3]


def test_a_file_without_pods_is_an_error(lateen: Callable[..., Result]) -> None:
    empty = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    assert "no pods" in str(lateen("check-inject", "-f", "-", stdin=empty).exception)
