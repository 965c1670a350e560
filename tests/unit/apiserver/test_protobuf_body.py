import pytest

from lateen.apiserver.protobuf_body import decode_body
from lateen.apiserver.status import Refusal


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def body(kind: str, raw: bytes, version: str = "v1") -> bytes:
    names = field(1, version.encode()) + field(2, kind.encode())
    return b"k8s\x00" + field(1, names) + field(2, raw) + field(3, b"") + field(4, b"")


META = field(1, field(1, b"web") + field(2, b"") + field(8, b"") + field(11, field(1, b"app") + field(2, b"x")))


def test_an_object_is_what_its_json_would_be() -> None:
    data = META + field(2, field(1, b"key") + field(2, b"value"))
    assert decode_body(body("ConfigMap", data)) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "labels": {"app": "x"}},
        "data": {"key": "value"},
    }


def test_bytes_become_base64_and_numbers_or_texts_one_or_the_other() -> None:
    assert decode_body(body("Secret", META + field(2, field(1, b"k") + field(2, b"v"))))["data"] == {"k": "dg=="}
    ports = b"".join(
        field(1, field(3, 80) + field(4, target)) for target in (field(2, 8), field(1, 1) + field(3, b"http"))
    )
    spec = decode_body(body("Service", META + field(2, ports)))["spec"]
    assert [port["targetPort"] for port in spec["ports"]] == [8, "http"]


def test_what_is_empty_is_left_out_unless_it_says_something() -> None:
    raw = decode_body(body("Deployment", META + field(2, field(1, 0) + field(5, 0)), "apps/v1"))
    assert raw["spec"] == {"replicas": 0}


def test_times_are_told_but_for_the_one_that_means_none() -> None:
    never = b"\x08" + b"\x80\x92\xb8\xc3\x98\xfe\xff\xff\xff\x01"  # the year 1
    condition = field(1, b"Approved") + field(4, field(1, 1)) + field(5, never)
    raw = decode_body(body("CertificateSigningRequest", META + field(3, field(1, condition)), "certificates.k8s.io/v1"))
    assert raw["status"]["conditions"] == [{"type": "Approved", "lastUpdateTime": "1970-01-01T00:00:01Z"}]


def test_what_kubernetes_keeps_as_json_or_as_lists_in_a_map_is_read_as_such() -> None:
    entry = field(1, b"m") + field(7, field(1, b'{"f:data":{}}'))
    managed = b"\x8a\x01" + bytes([len(entry)]) + entry  # field 17
    raw = decode_body(body("ConfigMap", field(1, field(1, b"a") + managed)))
    assert raw["metadata"]["managedFields"] == [{"manager": "m", "fieldsV1": {"f:data": {}}}]
    extra = field(6, field(1, b"scopes") + field(2, field(1, b"a") + field(1, b"b")))
    spec = decode_body(body("CertificateSigningRequest", META + field(2, extra)))["spec"]
    assert spec["extra"] == {"scopes": ["a", "b"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 400),
        (b"k8s\x00\x0a\x7f", 400),
        (body("Gateway", b""), 415),
        (body("ConfigMap", field(15, b"x")), 415),
        (body("ConfigMap", b"\x0d1234"), 400),
        (body("Time", b""), 415),
    ],
)
def test_what_is_not_understood_is_refused_never_lost(data: bytes, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        decode_body(data)
    assert refused.value.code == code
