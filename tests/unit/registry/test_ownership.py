from lateen.registry.ownership import ANYWHERE, claims, foreign, granted
from lateen.registry.service import Service, ServicePort


def test_a_grant_is_names_and_patterns():
    assert granted("api.Example.com, *.shop.com\n b.com") == ("api.example.com", "*.shop.com", "b.com")
    assert granted("") == ()


def test_a_namespace_owns_its_services_and_what_it_is_granted():
    hosts = (
        "web.shop.svc.cluster.local",
        "*.shop.svc.cluster.local",
        "a.com",
        "x.b.com",
        "*.x.b.com",
        "b.com",
        "*",
        "*.svc.cluster.local",
    )
    assert foreign(hosts, "shop", ("a.com", "*.b.com")) == ("b.com", "*", "*.svc.cluster.local")
    assert foreign(("web.shop.svc.cluster.local",), "shops", ()) == ("web.shop.svc.cluster.local",)
    assert foreign(hosts, "shop", ("*",)) == ()


def test_a_declaration_takes_its_host_its_addresses_and_all_where_nothing_tells_its_bytes():
    tcp, http, tls = (ServicePort(9000, "p", protocol, 9000) for protocol in ("tcp", "http", "tls"))
    assert claims(Service(host="a", namespace="shop", name="e", ports=(tcp,))) == ("a", ANYWHERE)
    assert claims(Service(host="a", namespace="shop", name="e", ports=(http, tls))) == ("a",)
    assert claims(Service(host="a", namespace="shop", name="e", ports=(tcp,), addresses=("10.8.0.1",))) == (
        "a",
        "10.8.0.1",
    )
    assert claims(Service(host="a", namespace="shop", name="e", ports=(tcp,), allocated=("240.0.0.1",))) == ("a",)
