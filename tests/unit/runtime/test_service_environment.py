from lateen.runtime.service_environment import service_environment, visible_services


def service(name, address, *ports):
    return {"metadata": {"name": name}, "spec": {"clusterIP": address, "ports": list(ports)}}


KUBERNETES = service("kubernetes", "10.96.0.1", {"name": "https", "port": 443, "protocol": "TCP"})
WEB = service("web-shop", "10.96.0.20", {"port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"})


def pod(namespace, **spec):
    return {"metadata": {"namespace": namespace}, "spec": spec}


async def services(namespace):
    return {"default": [KUBERNETES, service("other", "10.96.0.9", {"port": 1})], "shop": [WEB]}[namespace]


def test_variables_are_those_of_kubernetes():
    assert service_environment([KUBERNETES]) == {
        "KUBERNETES_SERVICE_HOST": "10.96.0.1",
        "KUBERNETES_SERVICE_PORT": "443",
        "KUBERNETES_SERVICE_PORT_HTTPS": "443",
        "KUBERNETES_PORT": "tcp://10.96.0.1:443",
        "KUBERNETES_PORT_443_TCP": "tcp://10.96.0.1:443",
        "KUBERNETES_PORT_443_TCP_PROTO": "tcp",
        "KUBERNETES_PORT_443_TCP_PORT": "443",
        "KUBERNETES_PORT_443_TCP_ADDR": "10.96.0.1",
    }


def test_each_port_has_its_own_and_the_first_stands_for_the_service():
    env = service_environment([WEB])
    assert (env["WEB_SHOP_SERVICE_PORT"], env["WEB_SHOP_SERVICE_PORT_DNS"]) == ("80", "53")
    assert (env["WEB_SHOP_PORT"], env["WEB_SHOP_PORT_53_UDP"]) == ("tcp://10.96.0.20:80", "udp://10.96.0.20:53")


def test_services_without_an_address_have_no_variables():
    outside = {"metadata": {"name": "outside"}, "spec": {"type": "ExternalName", "externalName": "example.org"}}
    assert service_environment([service("headless", "None", {"port": 80}), outside]) == {}


async def test_a_pod_sees_its_namespaces_services_and_the_api_server():
    env = await visible_services(pod("shop"), services)
    assert (env["WEB_SHOP_SERVICE_HOST"], env["KUBERNETES_SERVICE_HOST"]) == ("10.96.0.20", "10.96.0.1")
    assert "OTHER_SERVICE_HOST" not in env
    assert "OTHER_SERVICE_HOST" in await visible_services(pod("default"), services)


async def test_a_pod_that_wants_no_links_sees_the_api_server_alone():
    env = await visible_services(pod("shop", enableServiceLinks=False), services)
    assert {name.split("_")[0] for name in env} == {"KUBERNETES"}
