import msgspec
import pytest

from lateen.kinds.gateway_api import names


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (names.Hostname, "*.example.com", "a.*.com"),
        (names.PreciseHostname, "example.com", "*.example.com"),
        (names.GatewayDuration, "1h30m", "1.5s"),
        (names.HeaderName, "x-a", "x a"),
        (names.ControllerName, "example.com/controller", "controller"),
        (names.Protocol, "example.com/bar", "a/"),
        (names.Port, 65535, 0),
        (names.Weight, 0, 1_000_001),
    ],
)
def test_values_are_limited(kind, good, bad):
    assert msgspec.convert(good, kind) == good
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, kind)
