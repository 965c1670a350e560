from worlds import istio

from lateen.kinds.decode import decode
from lateen.registry.entries import merge, services
from lateen.registry.service import Service, ServicePort, StaticEndpoint


def read(spec: str, *, name: str = "e", created: str = "") -> list[Service]:
    return list(services(decode(istio("ServiceEntry", name, spec, created=created)), ("*",)))


def test_every_host_is_a_service_in_lower_case():
    found = read("{hosts: [A.x, b.x], ports: [{number: 80, name: http, protocol: HTTP}]}")
    assert [(one.host, one.name, one.external) for one in found] == [("a.x", "e", True), ("b.x", "e", True)]


def test_without_resolution_there_is_none():
    (found,) = read(
        "{hosts: [a.x], addresses: [192.0.2.1/32, 192.0.2.0/24], ports: [{number: 1, name: t, protocol: tcp}]}"
    )
    assert (found.resolution, found.addresses) == ("NONE", ("192.0.2.1", "192.0.2.0/24"))
    assert found.ports == (ServicePort(1, "t", "tcp", 1),)


def test_a_block_of_one_is_an_address_in_either_family():
    (found,) = read(
        "{hosts: [a.x], addresses: ['fd00::1/128', 'fd00::/32'], ports: [{number: 1, name: t, protocol: TCP}]}"
    )
    assert found.addresses == ("fd00::1", "fd00::/32")


def test_fixed_endpoints_are_kept():
    spec = """{hosts: [a.x], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 1, name: t, protocol: TCP}],
      endpoints: [{address: 192.0.2.1, ports: {t: 2}, labels: {a: b}, weight: 3, serviceAccount: s}]}"""
    (found,) = read(spec)
    assert (found.resolution, found.external) == ("EDS", False)
    assert found.endpoints == (
        StaticEndpoint(address="192.0.2.1", ports=(("t", 2),), labels=(("a", "b"),), weight=3, service_account="s"),
    )


def test_one_host_of_several_entries_is_one_service_the_oldest_first():
    port = "[{{number: {0}, name: p{0}, protocol: {1}}}, {{number: 1, name: same, protocol: {1}}}]"
    (old,) = read(f"{{hosts: [a.x], ports: {port.format(443, 'TLS')}}}", name="z", created="2020-01-01T00:00:00Z")
    (new,) = read(f"{{hosts: [a.x], ports: {port.format(80, 'HTTP')}}}", name="a", created="2021-01-01T00:00:00Z")
    found = merge([new, old])
    assert found.name == "z"
    assert [(one.number, one.protocol) for one in found.ports] == [(1, "tls"), (80, "http"), (443, "tls")]
