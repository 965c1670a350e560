import dns.flags
import dns.message
import dns.rcode
import pytest

from lateen.runtime.dns import TTL, DnsServer, resolve
from lateen.runtime.zone import NamedService, Port, Zone

MANY = {f"10-244-1-{n}": f"10.244.1.{n}" for n in range(1, 101)}
ZONE = Zone.of(
    [
        NamedService("web", "shop", address="10.96.0.20", ports=(Port("http", "tcp", 80),)),
        NamedService("alias", "shop", alias="web.shop.svc.cluster.local"),
        NamedService("loop", "shop", alias="loop.shop.svc.cluster.local"),
        NamedService("out", "shop", alias="www.example.com"),
        NamedService("many", "shop", hosts=MANY),
    ]
)


class Outside:
    """Resolvers that know one name."""

    def __init__(self, answer="www.example.com. 60 IN A 192.0.2.7"):
        self.answer = answer
        self.asked = []

    async def ask(self, wire, *, stream=False):
        query = dns.message.from_wire(wire)
        self.asked.append(query.question[0].name.to_text())
        if not self.answer:
            return None
        response = dns.message.make_response(query)
        response.answer.append(dns.rrset.from_text(*self.answer.split(maxsplit=4)))
        return response.to_wire()


def ask(name, kind="A"):
    return resolve(ZONE, dns.message.make_query(name, kind))


async def over_wire(name, outside, kind="A", size=512, **query):
    answer = await DnsServer(ZONE, outside).answer(dns.message.make_query(name, kind, **query).to_wire(), size)
    return dns.message.from_wire(answer)


def values(response):
    return sorted(item.to_text() for rrset in response.answer for item in rrset)


def test_a_service_is_answered_with_authority():
    response = ask("web.shop.svc.cluster.local")
    assert values(response) == ["10.96.0.20"]
    assert response.flags & dns.flags.AA
    assert response.answer[0].ttl == TTL


def test_case_does_not_matter_and_is_given_back():
    response = ask("Web.shop.SVC.cluster.local")
    assert values(response) == ["10.96.0.20"]
    assert response.answer[0].name.to_text() == "Web.shop.SVC.cluster.local."


def test_there_are_no_ipv6_addresses_but_the_name_exists():
    response = ask("web.shop.svc.cluster.local", "AAAA")
    assert response.rcode() == dns.rcode.NOERROR and not response.answer
    assert response.authority[0].rdtype == dns.rdatatype.SOA


def test_a_missing_name_is_denied_with_the_zones_start():
    response = ask("nope.shop.svc.cluster.local")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert response.authority[0].name.to_text() == "cluster.local."


def test_an_alias_inside_the_cluster_is_followed():
    assert values(ask("alias.shop.svc.cluster.local")) == ["10.96.0.20", "web.shop.svc.cluster.local."]


def test_an_alias_of_itself_ends():
    assert len(ask("loop.shop.svc.cluster.local").answer) <= 8


def test_ports_are_found_by_name():
    assert values(ask("_http._tcp.web.shop.svc.cluster.local", "SRV")) == ["0 100 80 web.shop.svc.cluster.local."]


def test_addresses_are_found_back():
    assert values(ask("20.0.96.10.in-addr.arpa", "PTR")) == ["web.shop.svc.cluster.local."]


async def test_what_is_not_the_clusters_is_passed_on():
    outside = Outside()
    assert values(await over_wire("www.example.com", outside)) == ["192.0.2.7"]
    assert outside.asked == ["www.example.com."]


async def test_the_clusters_names_are_never_passed_on():
    outside = Outside()
    await over_wire("nope.shop.svc.cluster.local", outside)
    assert outside.asked == []


async def test_an_external_names_target_is_looked_up_outside():
    found = values(await over_wire("out.shop.svc.cluster.local", Outside()))
    assert found == ["192.0.2.7", "www.example.com."]


@pytest.mark.parametrize("name", ["www.example.com", "out.shop.svc.cluster.local"])
async def test_silence_outside_is_a_failure_here(name):
    assert (await over_wire(name, Outside(""))).rcode() == dns.rcode.SERVFAIL


async def test_an_answer_that_does_not_fit_says_so():
    response = await over_wire("many.shop.svc.cluster.local", Outside())
    assert response.flags & dns.flags.TC and not response.answer


async def test_a_client_that_takes_more_gets_more():
    response = await over_wire("many.shop.svc.cluster.local", Outside(), use_edns=True, payload=4096)
    assert len(values(response)) == 100


async def test_what_is_no_query_is_not_answered():
    server = DnsServer(ZONE, Outside())
    response = dns.message.make_response(dns.message.make_query("web.shop.svc.cluster.local", "A"))
    assert await server.answer(b"nonsense", 512) is None
    assert await server.answer(response.to_wire(), 512) is None
