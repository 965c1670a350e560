from collections.abc import Callable
from pathlib import Path

import yaml
from click.testing import Result

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
"""


def test_files_come_back_with_proxies(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "mesh.yaml").write_text("defaultConfig: {concurrency: 7}")
    options = ["-f", str(tmp_path / "web.yaml"), "--meshConfigFile", str(tmp_path / "mesh.yaml"), "--revision", "next"]
    deployment, service = yaml.safe_load_all(lateen("kube-inject", *options).stdout)
    template = deployment["spec"]["template"]
    (proxy,) = template["spec"]["initContainers"]
    assert {"name": "PROXY_CONFIG", "value": '{"concurrency":7}'} in proxy["env"]
    assert template["metadata"]["annotations"]["istio.io/rev"] == "next"
    assert service == {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}


def test_the_result_may_go_to_a_file(lateen: Callable[..., Result], tmp_path: Path) -> None:
    lateen("kube-inject", "-f", "-", "-o", str(tmp_path / "out.yaml"), stdin=DEPLOYMENT)
    assert "istio-proxy" in (tmp_path / "out.yaml").read_text()


def test_settings_that_cannot_be_read_are_named(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text("defaultConfig: 3")
    found = lateen("kube-inject", "-f", "-", "--meshConfigFile", str(tmp_path / "mesh.yaml"), stdin=DEPLOYMENT)
    assert "defaultConfig: a mapping is wanted" in str(found.exception)
