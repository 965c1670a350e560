import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from lateen.node.dns_message import asked_name, encoded, read_query, response_to, rrset


def test_what_is_no_query_is_not_read() -> None:
    query = dns.message.make_query("a.example.com", "A")
    assert read_query(b"nonsense") is None
    assert read_query(response_to(query).to_wire()) is None
    assert read_query(query.to_wire()) == query


def test_the_name_is_read_in_lower_case() -> None:
    assert asked_name(dns.message.make_query("A.Example.COM.", "A")) == "a.example.com"


def test_a_response_is_to_its_query() -> None:
    query = dns.message.make_query("a.example.com", "A")
    response = response_to(query, dns.rcode.SERVFAIL)
    assert (response.id, response.rcode()) == (query.id, dns.rcode.SERVFAIL)
    assert response.flags & dns.flags.RA


def test_what_is_too_long_is_cut_and_says_so() -> None:
    query = dns.message.make_query("a.example.com", "A")
    response = response_to(query)
    addresses = [f"10.0.0.{n}" for n in range(1, 100)]
    response.answer.append(rrset(query.question[0].name, dns.rdatatype.A, 30, *addresses))
    assert len(dns.message.from_wire(encoded(response, 4096)).answer[0]) == 99
    cut = dns.message.from_wire(encoded(response, 512))
    assert cut.flags & dns.flags.TC and not cut.answer
