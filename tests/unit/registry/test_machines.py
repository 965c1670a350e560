from typing import Any

import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.registry.machines import HEALTH_CHECKED, machine
from lateen.registry.workload import Workload


def read(spec: str = "{address: 192.0.2.1}", **rest: Any) -> Workload:
    raw = istio("WorkloadEntry", "vm-1", spec)
    raw["metadata"] |= rest.pop("metadata", {})
    return machine(decode(raw | rest))


def healthy(status: str) -> dict[str, Any]:
    return {"status": {"conditions": [{"type": "Healthy", "status": status}]}}


def test_a_machine_is_what_its_entry_says():
    spec = """{address: vm.example.com, ports: {http: 8080}, labels: {app: web, version: v2}, weight: 3, network: n,
      locality: r/z/s, serviceAccount: web}"""
    found = read(spec)
    assert (found.kind, found.ip, found.mapped, found.weight) == ("WorkloadEntry", "vm.example.com", {"http": 8080}, 3)
    assert (found.locality, found.network, found.service_account) == ("r/z/s", "n", "web")
    assert (found.mesh_tls, found.injected, found.ready) == (True, True, True)
    assert found.telemetry == "vm-1;shop;web;v2;web;v2;Kubernetes"


def test_labels_of_the_object_beat_those_of_its_spec():
    found = read("{address: 192.0.2.1, labels: {app: web, a: b}}", metadata={"labels": {"app": "api"}})
    assert found.labels == {"app": "api", "a": "b"}


@pytest.mark.parametrize(
    ("spec", "mesh_tls"),
    [
        ("{address: 192.0.2.1}", False),
        ("{address: 192.0.2.1, serviceAccount: a}", True),
        ("{address: 192.0.2.1, labels: {security.istio.io/tlsMode: istio}}", True),
        ("{address: 192.0.2.1, serviceAccount: a, labels: {security.istio.io/tlsMode: disabled}}", False),
    ],
)
def test_an_identity_means_mesh_tls_unless_the_label_says_otherwise(spec, mesh_tls):
    assert read(spec).mesh_tls is mesh_tls


def test_a_machine_is_ready_until_its_probe_fails():
    assert read().ready
    assert read(**healthy("True")).ready
    assert not read(**healthy("False")).ready


def test_where_health_is_checked_it_is_ready_only_after_it_passed():
    checked = {"metadata": {"annotations": {HEALTH_CHECKED: "true"}}}
    assert not read(**checked).ready
    assert not read(**checked, **healthy("False")).ready
    assert read(**checked, **healthy("True")).ready
