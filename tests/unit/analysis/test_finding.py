from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource


def test_a_finding_is_told_as_istioctl_tells_it() -> None:
    raw = {"kind": "Gateway", "metadata": {"name": "g", "namespace": "shop"}}
    found = Finding("IST0101", Resource(raw, "f.yaml", {"spec.selector": 7}), ("selector", "a=b"), "spec.selector")
    assert str(found) == 'Error [IST0101] (Gateway shop/g f.yaml:7) Referenced selector not found: "a=b"'
    assert found.documentation == "https://istio.io/latest/docs/reference/config/analysis/ist0101/"
    assert str(Finding("IST0134", Resource(raw))).startswith("Warning [IST0134] (Gateway shop/g) ServiceEntry")


def test_levels_are_ordered() -> None:
    warning = Finding("IST0134", Resource({}))
    assert warning.at_least("Info") and warning.at_least("Warning") and not warning.at_least("Error")
