import pytest

from lateen.registry.protocols import named, of_service_port


@pytest.mark.parametrize(
    ("name", "number", "transport", "app_protocol", "protocol"),
    [
        ("http", 80, "TCP", "", "http"),
        ("http-web", 80, "TCP", "", "http"),
        ("HTTP-web", 80, "TCP", "", "http"),
        ("http2-web", 80, "TCP", "", "http2"),
        ("grpc", 80, "TCP", "", "grpc"),
        ("grpc-web", 80, "TCP", "", "grpc-web"),
        ("grpc-web-x", 80, "TCP", "", "grpc-web"),
        ("tcp-db", 80, "TCP", "", "tcp"),
        ("tls", 443, "TCP", "", "tls"),
        ("https", 443, "TCP", "", "https"),
        ("mysql", 3306, "TCP", "", "mysql"),
        ("mongo-x", 80, "TCP", "", "mongo"),
        ("redis", 80, "TCP", "", "redis"),
        ("", 80, "TCP", "", "auto"),
        ("web", 80, "TCP", "", "auto"),
        ("httpx", 80, "TCP", "", "auto"),
        ("", 3306, "TCP", "", "tcp"),
        ("db", 27017, "TCP", "", "tcp"),
        ("http", 53, "UDP", "", "udp"),
        ("tcp-x", 80, "TCP", "http", "http"),
        ("tcp-x", 80, "TCP", "kubernetes.io/h2c", "http2"),
        ("http-x", 80, "TCP", "example.com/odd", "auto"),
    ],
)
def test_a_service_port_is_read_by_app_protocol_then_name_then_number(name, number, transport, app_protocol, protocol):
    assert of_service_port(name, number, transport, app_protocol) == protocol


def test_a_named_protocol_is_read_in_any_case_and_an_unknown_one_is_sniffed():
    assert [named(text) for text in ("tcp", "MONGO", "GRPC-Web", "", "odd")] == [
        "tcp",
        "mongo",
        "grpc-web",
        "auto",
        "auto",
    ]
