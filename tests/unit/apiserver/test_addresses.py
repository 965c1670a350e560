import ipaddress
from typing import Any

import pytest
from apiservers import SERVICE, WRITE, default, service

from lateen.apiserver.addresses import SERVICES, Addresses
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage


def create(objects: Objects, name: str, **spec: Any) -> dict[str, Any]:
    made: dict[str, Any] = objects.create(SERVICE, "default", service(name, **spec), WRITE)["spec"]
    return made


def test_each_service_gets_an_address_of_its_own(objects: Objects) -> None:
    found = {create(objects, f"s{number}")["clusterIP"] for number in range(20)}
    assert len(found) == 20 and all(ipaddress.IPv4Address(address) in SERVICES for address in found)


def test_the_api_servers_and_dns_addresses_are_reserved(objects: Objects) -> None:
    assert objects.get(SERVICE, default("kubernetes"))["spec"]["clusterIP"] == "10.96.0.1"
    with pytest.raises(Refusal) as refused:
        create(objects, "mine", clusterIP="10.96.0.10")
    assert refused.value.code == 422 and "kube-system/kube-dns" in str(refused.value)
    dns = service("kube-dns", "kube-system", clusterIP="10.96.0.10")
    assert objects.create(SERVICE, "kube-system", dns, WRITE)["spec"]["clusterIP"] == "10.96.0.10"


def test_a_fixed_address_is_given_once_and_freed_with_its_service(objects: Objects) -> None:
    create(objects, "a", clusterIP="10.96.7.7")
    with pytest.raises(Refusal, match="already allocated"):
        create(objects, "b", clusterIP="10.96.7.7")
    objects.delete(SERVICE, default("a"), DeleteOptions())
    assert create(objects, "b", clusterIP="10.96.7.7")["clusterIPs"] == ["10.96.7.7"]


@pytest.mark.parametrize("address", ["10.97.0.1", "nonsense", "2001:db8::1"])
def test_an_address_outside_the_range_is_refused(objects: Objects, address: str) -> None:
    with pytest.raises(Refusal) as refused:
        create(objects, "a", clusterIP=address)
    assert refused.value.code == 422


def test_headless_stays_headless_and_external_names_have_no_address(objects: Objects) -> None:
    assert create(objects, "a", clusterIP="None")["clusterIPs"] == ["None"]
    assert "clusterIP" not in create(objects, "b", type="ExternalName", externalName="x.org")


def test_an_update_keeps_the_address_and_cannot_change_it(objects: Objects) -> None:
    address = create(objects, "a")["clusterIP"]
    kept = objects.update(SERVICE, default("a"), lambda _: service("a", ports=[{"port": 81}]), WRITE)
    assert kept["spec"]["clusterIP"] == address
    with pytest.raises(Refusal, match="immutable"):
        objects.update(SERVICE, default("a"), lambda _: service("a", clusterIP="10.96.9.9"), WRITE)


def test_node_ports_are_allocated_kept_and_unique(objects: Objects) -> None:
    ports = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    first = create(objects, "a", type="LoadBalancer", ports=ports)["ports"]
    second = create(objects, "b", type="NodePort", ports=ports)["ports"]
    taken = [port["nodePort"] for port in first + second]
    assert len(set(taken)) == 4 and all(30000 <= port < 32768 for port in taken)
    again = objects.update(SERVICE, default("a"), lambda _: service("a", type="LoadBalancer", ports=ports), WRITE)
    assert [port["nodePort"] for port in again["spec"]["ports"]] == taken[:2]
    with pytest.raises(Refusal):
        create(objects, "c", type="NodePort", ports=[{"port": 1, "nodePort": taken[0]}])


def test_who_holds_what_is_read_from_storage(objects: Objects, storage: Storage) -> None:
    create(objects, "a", clusterIP="10.96.7.7")
    with pytest.raises(Refusal, match="already allocated"):
        Addresses(storage).admit("CREATE", SERVICE, service("b", clusterIP="10.96.7.7"), objects.find)


def test_a_refused_service_holds_nothing(objects: Objects) -> None:
    with pytest.raises(Refusal):
        create(objects, "a", clusterIP="10.96.7.7", type="NodePort", ports=[{"port": 1, "nodePort": 99999}])
    assert create(objects, "b", clusterIP="10.96.7.7")["clusterIP"] == "10.96.7.7"
