import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.kinds.networking.service_entry import AllocatedAddress
from lateen.kinds.object import Object
from lateen.registry.allocation import ENABLED, usable, wanting

PORTS = "ports: [{number: 3306, name: tcp, protocol: TCP}]"


def entry(spec: str, labels: dict[str, str] | None = None) -> Object:
    raw = istio("ServiceEntry", "db", f"{{{spec}, {PORTS}}}")
    raw["metadata"]["labels"] = labels or {}
    return decode(raw)


def test_hosts_without_address_want_one_and_wildcards_do_not() -> None:
    assert wanting(entry('hosts: [DB.example.com, "*.example.com"], resolution: STATIC')) == ("db.example.com",)


@pytest.mark.parametrize(
    "spec",
    ["hosts: [db.example.com], resolution: NONE", "hosts: [db.example.com], resolution: DNS, addresses: [240.240.0.9]"],
)
def test_a_host_that_is_reached_at_a_known_address_wants_none(spec: str) -> None:
    assert wanting(entry(spec)) == ()


def test_the_label_forbids_it() -> None:
    spec = "hosts: [db.example.com], resolution: DNS"
    assert wanting(entry(spec, {ENABLED: "false"})) == ()
    assert wanting(entry(spec, {ENABLED: "true"})) == ("db.example.com",)


def test_of_a_status_only_addresses_of_hosts_that_want_some_count_and_each_once() -> None:
    found = entry("hosts: [db.example.com, two.example.com], resolution: DNS")
    said = [("240.240.0.1", "DB.example.com"), ("2001:2::1", "db.example.com"), ("240.240.0.1", "two.example.com"),
            ("nonsense", "two.example.com"), ("240.240.0.3", "other.example.com")]  # fmt: skip
    addresses = [AllocatedAddress(value=value, host=host) for value, host in said]
    assert usable(found, addresses) == {"db.example.com": ("240.240.0.1", "2001:2::1")}
    assert usable(found, ()) == {}
