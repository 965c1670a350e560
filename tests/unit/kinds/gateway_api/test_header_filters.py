import pytest

from lateen.kinds.gateway_api.header_filters import once_faults, repeated


@pytest.mark.parametrize(
    ("mirror", "expected"),
    [
        ({"percent": 5}, []),
        ({"percent": 5, "fraction": {"numerator": 1}}, [""]),
        ({"fraction": {"numerator": 101}}, [".fraction"]),
    ],
)
def test_a_mirror_takes_one_share(paths, mirror, expected):
    request_mirror = {"backendRef": {"name": "a", "port": 80}, **mirror}
    found = paths("GRPCRoute", {"rules": [{"filters": [{"type": "RequestMirror", "requestMirror": request_mirror}]}]})
    assert found == [f"spec.rules[0].filters[0].requestMirror{each}" for each in expected]


def test_a_header_is_changed_once(paths):
    header = {"name": "x-a", "value": "1"}
    changes = {"set": [header, header]}
    spec = {"rules": [{"filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": changes}]}]}
    assert paths("HTTPRoute", spec) == ["spec.rules[0].filters[0].requestHeaderModifier.set[1]"]


def test_what_stands_twice_is_named() -> None:
    assert [fault.path for fault in repeated("a", ["x", "y", "x"])] == ["a[2]"]
    assert [fault.message for fault in once_faults("a", ["CORS", "CORS"], ["CORS"])] == [
        "CORS filter cannot be repeated"
    ]
