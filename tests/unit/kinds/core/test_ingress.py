from typing import Any

import pytest

from lateen.base.errors import Invalid
from lateen.kinds.core.ingress import SPEC
from lateen.kinds.decode import decode

WEB = {"service": {"name": "web", "port": {"number": 80}}}


def ingress(**spec: Any) -> dict[str, Any]:
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i", "namespace": "shop"}}
    return head | {"spec": spec}


def path(**said: Any) -> dict[str, Any]:
    return {"host": "a.x", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": WEB} | said]}}


def test_rules_and_backends_are_read() -> None:
    found = decode(ingress(rules=[path()], tls=[{"hosts": ["a.x"], "secretName": "s"}], ingressClassName="istio")).model
    (rule,) = found.spec.rules
    assert (rule.host, rule.http.paths[0].backend.service.port.number) == ("a.x", 80)
    assert (found.spec.tls[0].secret_name, found.spec.ingress_class_name) == ("s", "istio")


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ({}, "spec: either defaultBackend or rules"),
        ({"rules": [path(pathType="Some")]}, r"spec.rules\[0\].http.paths\[0\].pathType"),
        ({"rules": [path(path="a")]}, r"spec.rules\[0\].http.paths\[0\].path: must be an absolute path"),
        ({"rules": [path(backend={})]}, r"spec.rules\[0\].http.paths\[0\].backend"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(spec: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid, match=where):
        decode(ingress(**spec))


def test_columns_are_kubectls() -> None:
    cells = {column.name: column.cell for column in SPEC.columns if column.cell}
    raw = ingress(rules=[path(), {"http": {"paths": []}}], tls=[{}])
    assert (cells["Hosts"](raw), cells["Ports"](raw)) == ("a.x,*", "80, 443")
    assert (cells["Hosts"](ingress(defaultBackend=WEB)), cells["Ports"](ingress(defaultBackend=WEB))) == ("*", "80")


def test_a_class_names_its_controller() -> None:
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "istio"}}
    assert decode(head | {"spec": {"controller": "istio.io/ingress-controller"}}).model.spec.controller
