from worlds import istio, service, slices

from lateen.simulate.call import Call
from lateen.simulate.endpoints import choose
from lateen.simulate.trail import Trail

WEB = "outbound|80||web.shop.svc.cluster.local"
MESHED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "shop", "labels": {"security.istio.io/tlsMode": "istio"}},
    "spec": {"containers": [{"name": "main", "image": "x"}]},
    "status": {"phase": "Running", "podIP": "10.1.0.1"},
}


def chosen(proxy, name=WEB):
    trail = Trail()
    choose(proxy, name, Call(port=80), trail)
    return trail.outcome


def test_a_missing_cluster_and_one_without_endpoints_answer_503(proxy):
    assert (chosen(proxy(), "none").flags, chosen(proxy(), "none").status) == ("NC", 503)
    assert (chosen(proxy(service("web"))).flags, chosen(proxy(service("web"))).status) == ("UH", 503)


def test_each_endpoint_is_spoken_to_as_it_understands(proxy):
    there = slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"})
    found = chosen(proxy(service("web"), there, MESHED))
    assert {each.address: each.tls for each in found.endpoints} == {"10.1.0.1": "mutual", "10.1.0.2": "plaintext"}


def test_a_host_that_is_looked_up_is_the_one_that_is_asked_for(proxy):
    spec = """{hosts: ['*.x'], resolution: DYNAMIC_DNS, ports: [{number: 80, name: http, protocol: HTTP},
      {number: 443, name: tls, protocol: TLS}]}"""
    of = proxy(istio("ServiceEntry", "x", spec))

    def found(name: str, call: Call) -> list[tuple[str, int]]:
        trail = Trail()
        choose(of, name, call, trail)
        return [(one.address, one.port) for one in trail.outcome.endpoints]

    assert found("outbound|80||*.x", Call(port=80, host="a.x")) == [("a.x", 80)]
    assert found("outbound|80||*.x", Call(port=80, host="a.x:8080")) == [("a.x", 8080)]
    assert found("outbound|443||*.x", Call(port=443, tls="tls", sni="a.x")) == [("a.x", 443)]


def test_a_users_tls_is_for_every_endpoint(proxy):
    rule = istio("DestinationRule", "web", "{host: web, trafficPolicy: {tls: {mode: SIMPLE}}}")
    found = chosen(proxy(service("web"), slices("web", {"web-1": "10.1.0.1"}), MESHED, rule))
    assert [each.tls for each in found.endpoints] == ["tls"]
