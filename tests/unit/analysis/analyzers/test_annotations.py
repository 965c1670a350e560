import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, findings, found

from lateen.analysis.analyzers.annotations import ALPHA, ANALYZER


def annotated(kind: str, said: str, spec: str = "{}") -> str:
    return core(kind, "x", spec).replace("labels: {}", f"annotations: {{{said}}}")


def test_an_unknown_annotation_of_istios_is_told_with_the_one_that_was_meant() -> None:
    (one,) = findings(ANALYZER, annotated("Pod", "traffic.sidecar.istio.io/excludeInboundPort: '80'"))
    assert (one.code, one.fix) == ("IST0108", "did you mean traffic.sidecar.istio.io/excludeInboundPorts?")
    assert findings(ANALYZER, annotated("Pod", "example.com/thing: x, install.operator.istio.io/version: x")) == []


def test_an_annotation_of_pods_on_a_deployment_is_told_with_where_it_belongs() -> None:
    (one,) = findings(ANALYZER, annotated("Deployment", "proxy.istio.io/config: x"))
    assert (one.code, one.fix) == ("IST0107", "put it into spec.template.metadata.annotations")
    template = "{template: {metadata: {annotations: {proxy.istio.io/config: x}}}}"
    assert findings(ANALYZER, core("Deployment", "x", template)) == []


def test_a_number_that_is_none_and_a_deprecated_name_are_told() -> None:
    seconds = "readiness.status.sidecar.istio.io/periodSeconds"
    assert found(ANALYZER, annotated("Pod", f"{seconds}: soon")) == [("IST0125", "Pod shop/x")]
    assert found(ANALYZER, annotated("Pod", f"{seconds}: '10'")) == []
    assert found(ANALYZER, annotated("Pod", "sidecar.istio.io/inject: 'true'")) == [("IST0135", "Pod shop/x")]


def test_alpha_annotations_are_told_only_of_people_and_only_when_asked() -> None:
    ports = "traffic.sidecar.istio.io/includeInboundPorts: '*'"
    assert found(ALPHA, annotated("Pod", ports)) == [("IST0136", "Pod shop/x")]
    assert found(ALPHA, annotated("Pod", ports, "{initContainers: [{name: istio-validation}]}")) == []
    assert found(ALPHA, annotated("Pod", "sidecar.istio.io/status: x")) == []
    assert not ALPHA.default
