import pytest

from lateen.kinds.all import by_kind
from lateen.kinds.gateway_api.gateway import SPEC

LISTENERS = [{"name": "a", "port": 80, "protocol": "HTTP"}]


def test_it_is_not_istios_kind_of_that_name() -> None:
    assert by_kind("Gateway").group == "networking.istio.io"
    assert by_kind(SPEC.name) is by_kind("Gateway", "gateway.networking.k8s.io") is SPEC


def test_it_has_listeners(paths):
    assert paths("Gateway", {"gatewayClassName": "istio"}) == ["spec.listeners"]
    assert paths("Gateway", {"gatewayClassName": "istio", "listeners": []}) == ["spec.listeners"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"addresses": [{"value": "1.2.3.4"}, {"value": "1.2.3.4"}]}, ["spec.addresses[1]"]),
        ({"addresses": [{"type": "Hostname", "value": "a b"}]}, ["spec.addresses[0].value"]),
        ({"infrastructure": {"labels": {"Example.com/key": "x"}}}, ["spec.infrastructure.labels.Example.com/key"]),
        (
            {"tls": {"frontend": {"default": {}, "perPort": [{"port": 1, "tls": {}}, {"port": 1, "tls": {}}]}}},
            ["spec.tls.frontend.perPort[1].port"],
        ),
    ],
)
def test_what_is_asked_for_makes_sense(paths, more, expected):
    found = paths("Gateway", {"gatewayClassName": "istio", "listeners": LISTENERS, **more})
    assert [path.replace('["', ".").replace('"]', "") for path in found] == expected


def test_addresses_are_shown_in_one_column() -> None:
    column = next(column for column in SPEC.columns if column.name == "Address")
    assert column.text({"status": {"addresses": [{"value": "a"}, {"value": "b"}]}}) == "a,b"
