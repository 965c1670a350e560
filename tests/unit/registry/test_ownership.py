from lateen.registry.ownership import foreign, granted


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
