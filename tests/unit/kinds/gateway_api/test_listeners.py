import pytest

TLS = {"certificateRefs": [{"name": "a"}]}


def listener(**more):
    return {"name": "a", "port": 80, "protocol": "HTTP", **more}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (listener(), []),
        (listener(tls=TLS), ["tls"]),
        (listener(protocol="HTTPS", tls=TLS), []),
        (listener(protocol="HTTPS", tls={"mode": "Passthrough"}), ["tls.mode"]),
        (listener(protocol="TLS"), ["tls"]),
        (listener(protocol="TLS", tls={"mode": "Passthrough"}), []),
        (listener(protocol="HTTPS", tls={"mode": "Terminate"}), ["tls"]),
        (listener(protocol="TCP", hostname="a.example.com"), ["hostname"]),
        (listener(allowedRoutes={"namespaces": {"from": "Some"}}), ["allowedRoutes.namespaces.from"]),
    ],
)
def test_tls_and_names_go_with_the_protocol(paths, one, expected):
    found = paths("Gateway", {"gatewayClassName": "istio", "listeners": [one]})
    assert found == [f"spec.listeners[0].{each}" for each in expected]


def test_listeners_are_told_apart(paths):
    spec = {"gatewayClassName": "istio", "listeners": [listener(), listener(port=81), listener(name="b", port=81)]}
    assert paths("Gateway", spec) == ["spec.listeners[1].name", "spec.listeners[2]"]
