from worlds import World, pod, service, slices


def test_smoke():
    world = World()
    world.put(service("web", address="10.0.0.1"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}))
    assert world.addresses("outbound|80||web.shop.svc.cluster.local") == ["10.1.0.1:80"]
    assert world.targets("80", "web.shop.svc.cluster.local:80") == ["outbound|80||web.shop.svc.cluster.local"]
    print(world.names("listeners"), world.host("80", "web.shop.svc.cluster.local:80"))
