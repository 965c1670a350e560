import pytest


@pytest.mark.parametrize("name", ["mesh", "bookinfo-gateway", "ns1/gateway", "./gateway", "istio-ingress/a.b"])
def test_gateways_are_named_with_or_without_namespace(warnings, name):
    assert (
        warnings("VirtualService", hosts=["a.b"], gateways=[name], tcp=[{"route": [{"destination": {"host": "x"}}]}])
        == []
    )


@pytest.mark.parametrize("name", ["ns1/*", "*/gateway", "", "a/b/c", "A"])
def test_other_names_are_refused(errors, name):
    found = errors("VirtualService", hosts=["a.b"], gateways=[name], tcp=[{"route": [{"destination": {"host": "x"}}]}])
    assert set(found) == {"spec.gateways[0]"}


def test_a_name_with_dots_is_warned_of(warnings):
    found = warnings(
        "VirtualService", hosts=["a.b"], gateways=["gw.ns"], tcp=[{"route": [{"destination": {"host": "x"}}]}]
    )
    assert found == ["spec.gateways[0]"]
