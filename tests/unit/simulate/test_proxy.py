from worlds import istio, service

from lateen.base.refs import Origin
from lateen.proto import types


def test_resources_are_found_by_name(proxy):
    found = proxy(service("web"))
    assert found.cluster("outbound|80||web.shop.svc.cluster.local").name
    assert found.table("80").name == "80" and found.table("none") is None
    assert found.assignment("outbound|80||web.shop.svc.cluster.local") is not None
    assert "virtualOutbound" in {each.name for each in found.listeners()}


def test_origins_are_known_where_plans_are(proxy):
    rules = "{hosts: [web], http: [{route: [{destination: {host: web}}]}]}"
    found = proxy(service("web"), istio("VirtualService", "web", rules))
    origin = found.route_origin("80", "web.shop.svc.cluster.local:80", 0)
    assert (origin.kind, origin.field) == ("VirtualService", "spec.http[0]")
    assert found.route_origin("80", "none", 0) == found.chain_origin("none", "x") == Origin()
    assert found.origin_of(types.CLUSTER, "outbound|80||web.shop.svc.cluster.local").kind == "Service"
