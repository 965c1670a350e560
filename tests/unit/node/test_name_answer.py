import dns.flags
import dns.message
import dns.rcode

from lateen.node.name_answer import TTL, answer
from lateen.node.names import Names
from lateen.proto.name_table import NameInfo

MANY = tuple(f"10.0.0.{n}" for n in range(1, 9))


def names() -> Names:
    made = Names("shop.svc.cluster.local")
    made.update({"db.example.com": NameInfo(("240.240.0.1",)), "many.example.com": NameInfo(MANY)})
    return made


def ask(name: str, kind: str = "A") -> dns.message.Message | None:
    return answer(names(), dns.message.make_query(name, kind))


def test_an_answer_has_authority_and_may_be_kept_for_thirty_seconds() -> None:
    response = ask("db.example.com")
    assert response is not None and response.flags & dns.flags.AA
    assert response.answer[0].ttl == TTL == 30


def test_the_name_is_repeated_as_it_was_asked_for() -> None:
    response = ask("DB.Example.com")
    assert response is not None
    assert response.answer[0].name.to_text() == "DB.Example.com."


def test_a_name_without_addresses_of_the_family_is_known_and_empty() -> None:
    response = ask("db.example.com", "AAAA")
    assert response is not None and not response.answer
    assert response.rcode() == dns.rcode.NOERROR


def test_other_names_and_other_types_are_for_another_resolver() -> None:
    assert ask("www.example.org") is None
    assert ask("db.example.com", "MX") is None


def test_every_address_comes_first_at_times() -> None:
    firsts = {response.answer[0][0].to_text() for _ in range(400) if (response := ask("many.example.com"))}
    assert firsts == set(MANY)
