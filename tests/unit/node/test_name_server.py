import asyncio

import dns.message
import dns.rcode
import pytest

from lateen.base.tasks import spawn
from lateen.node import name_server
from lateen.node.dns_message import read_query, response_to
from lateen.node.name_server import NameServer
from lateen.node.names import Names
from lateen.proto.name_table import NameInfo


class Upstream:
    """A resolver that knows no name, or (`away`) does not answer."""

    def __init__(self, away: bool = False) -> None:
        self.away = away
        self.asked: list[tuple[str, bool]] = []

    async def ask(self, wire: bytes, *, stream: bool = False) -> bytes | None:
        query = read_query(wire)
        assert query is not None
        self.asked.append((query.question[0].name.to_text(), stream))
        return None if self.away else response_to(query, dns.rcode.NXDOMAIN).to_wire()


def serving(upstream: Upstream, known: bool = True) -> NameServer:
    names = Names("shop.svc.cluster.local")
    names.update({"db.example.com": NameInfo(("240.240.0.1",)),
                  "many.example.com": NameInfo(tuple(f"10.0.0.{n}" for n in range(1, 100)))})  # fmt: skip
    made = NameServer(names, upstream)
    if known:
        made.known.set()
    return made


async def ask(server: NameServer, name: str, size: int = 512, **query: int) -> dns.message.Message:
    wire = await server.answer(dns.message.make_query(name, "A", **query).to_wire(), size)
    assert wire is not None
    return dns.message.from_wire(wire)


async def test_what_the_table_knows_is_asked_of_nobody() -> None:
    upstream = Upstream()
    response = await ask(serving(upstream), "db.example.com")
    assert response.answer[0][0].to_text() == "240.240.0.1"
    assert upstream.asked == []


async def test_all_else_is_passed_on_by_the_same_transport() -> None:
    upstream = Upstream()
    assert (await ask(serving(upstream), "www.example.org")).rcode() == dns.rcode.NXDOMAIN
    await ask(serving(upstream), "www.example.org", 65535)
    assert upstream.asked == [("www.example.org.", False), ("www.example.org.", True)]


async def test_without_an_answer_from_upstream_there_is_a_failure() -> None:
    assert (await ask(serving(Upstream(away=True)), "www.example.org")).rcode() == dns.rcode.SERVFAIL


async def test_an_answer_is_as_long_as_the_query_allows() -> None:
    server = serving(Upstream())
    assert not (await ask(server, "many.example.com")).answer
    assert len((await ask(server, "many.example.com", payload=4096)).answer[0]) == 99


async def test_what_is_no_query_gets_no_answer() -> None:
    assert await serving(Upstream()).answer(b"nonsense", 512) is None


async def test_a_query_waits_for_the_table() -> None:
    server = serving(Upstream(), known=False)
    asked = spawn(ask(server, "db.example.com"), name="query")
    await asyncio.sleep(0)
    assert not asked.done()
    server.known.set()
    assert (await asked).answer


async def test_without_a_table_there_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_server, "_PATIENCE", 0.01)
    upstream = Upstream()
    assert (await ask(serving(upstream, known=False), "www.example.org")).rcode() == dns.rcode.SERVFAIL
    assert upstream.asked == []
