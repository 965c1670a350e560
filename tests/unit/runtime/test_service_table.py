from lateen.runtime.service_table import service_table
from lateen.runtime.services import Backends, Endpoint, Front


def service(name="web", ip="10.96.0.20", ports=({"name": "http", "port": 80},), **spec):
    return {
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"clusterIP": ip, "ports": list(ports), **spec},
    }


def endpoints(*ips, ready=True, ports=({"name": "http", "port": 8080},), service="web"):
    made = [{"addresses": [ip], "conditions": {"ready": ready}} for ip in ips]
    metadata = {"namespace": "shop", "labels": {"kubernetes.io/service-name": service}}
    return {"metadata": metadata, "endpoints": made, "ports": list(ports)}


HTTP = Front("10.96.0.20", "tcp", 80)


def test_port_leads_to_the_ready_endpoints_of_all_slices():
    slices = [
        endpoints("10.244.0.3"),
        endpoints("10.244.0.4", ready=False),
        endpoints("10.244.0.2", ports=({"name": "http", "port": 9},)),
    ]
    table = service_table([service()], slices)
    assert table == {HTTP: Backends((Endpoint("10.244.0.2", 9), Endpoint("10.244.0.3", 8080)))}


def test_ports_are_told_apart_by_name():
    ports = ({"name": "http", "port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"})
    slices = [endpoints("10.244.0.2", ports=({"name": "dns", "port": 5353}, {"name": "http", "port": 8080}))]
    table = service_table([service(ports=ports)], slices)
    assert table[HTTP].endpoints == (Endpoint("10.244.0.2", 8080),)
    assert table[Front("10.96.0.20", "udp", 53)].endpoints == (Endpoint("10.244.0.2", 5353),)


def test_service_without_endpoints_has_its_address_still():
    assert service_table([service()], []) == {HTTP: Backends(())}


def test_headless_services_and_aliases_have_no_address():
    assert service_table([service(ip="None"), service(ip="", type="ExternalName")], []) == {}


def test_external_addresses_and_affinity_count():
    table = service_table([service(externalIPs=["203.0.113.5"], sessionAffinity="ClientIP")], [endpoints("10.244.0.2")])
    assert table[Front("203.0.113.5", "tcp", 80)] == Backends((Endpoint("10.244.0.2", 8080),), sticky=True)


def test_slices_of_other_services_are_not_mixed_in():
    assert service_table([service()], [endpoints("10.244.0.2", service="other")]) == {HTTP: Backends(())}
