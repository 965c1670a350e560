from lateen.runtime.service_names import named_services
from lateen.runtime.zone import NamedService, Port


def service(**spec):
    ports = [{"name": "http", "port": 80}]
    return {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": ports, **spec}}


def endpoints(*items):
    metadata = {"namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}
    return {"metadata": metadata, "ports": [{"name": "http", "port": 8080}], "endpoints": list(items)}


def test_service_with_an_address():
    (made,) = named_services([service(clusterIP="10.96.0.20")], [endpoints({"addresses": ["10.244.0.2"]})])
    assert made == NamedService("web", "shop", "10.96.0.20", ports=(Port("http", "tcp", 80),))


def test_headless_service_names_its_ready_pods_and_their_ports():
    ready, named, not_ready = (
        {"addresses": ["10.244.0.2"]},
        {"addresses": ["10.244.0.3"], "hostname": "db-0"},
        {"addresses": ["10.244.0.4"], "conditions": {"ready": False}},
    )
    (made,) = named_services([service(clusterIP="None")], [endpoints(ready, named, not_ready)])
    assert made.hosts == {"10-244-0-2": "10.244.0.2", "db-0": "10.244.0.3"}
    assert made.ports == (Port("http", "tcp", 8080),)
    assert made.address == ""


def test_alias():
    (made,) = named_services([service(type="ExternalName", externalName="example.com")], [])
    assert made == NamedService("web", "shop", alias="example.com")
