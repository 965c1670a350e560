"""The corpus `dns`: a name table and queries of a pod in `ns1`, answered as its DNS proxy does.

Not named `dns`: test modules find each other by their folder, where it would stand before the library of that name.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype

from lateen.node.dns_message import read_query, response_to
from lateen.node.name_server import NameServer
from lateen.node.names import Names
from lateen.proto.name_table import NameInfo

CORPUS = "dns"
DOMAIN = "ns1.svc.cluster.local"
Check = Callable[[], None]
Json = dict[str, Any]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS).glob("*.json")):
        content = json.loads(path.read_text())
        names = Names(DOMAIN)
        names.update({host: _info(said) for host, said in content["nameTable"].items()})
        for case in content["cases"]:
            yield case["name"], partial(_check, names, case)


def _info(said: Json) -> NameInfo:
    texts = (said.get(field, "") for field in ("registry", "shortname", "namespace"))
    return NameInfo(tuple(said["ips"]), *texts, tuple(said.get("altHosts", ())))


class Upstream:
    """A resolver that knows no name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, wire: bytes, *, stream: bool = False) -> bytes | None:
        query = read_query(wire)
        assert query is not None
        self.asked.append(query.question[0].name.to_text())
        return response_to(query, dns.rcode.NXDOMAIN).to_wire()


def _check(names: Names, case: Json) -> None:
    prefix, _, name = case["query"]["name"].rpartition(" ")
    for stream in (False, True) if not prefix else (prefix == "tcp",):
        upstream = Upstream()
        query = dns.message.make_query(name, case["query"]["type"])
        wire = asyncio.run(_answered(NameServer(names, upstream), query.to_wire(), 65535 if stream else 512))
        assert wire is not None
        response = dns.message.from_wire(wire)
        assert response.id == query.id and response.question == query.question
        if case.get("forwardedUpstream"):
            assert upstream.asked == [name], f"not forwarded: {response}"
        else:
            _compare(response, case, bool(upstream.asked))


async def _answered(server: NameServer, query: bytes, size: int) -> bytes | None:
    server.known.set()
    return await server.answer(query, size)


def _compare(response: dns.message.Message, case: Json, forwarded: bool) -> None:
    found = sorted(
        (rrset.name.to_text(), dns.rdatatype.to_text(rrset.rdtype), record.to_text())
        for rrset in response.answer
        for record in rrset
    )
    wanted = sorted((one["name"], one["type"], one["data"]) for one in case["answers"])
    assert found == wanted, f"{found}, not {wanted}"
    rcode = dns.rcode.to_text(response.rcode())
    # Of a name that the table does not know upstream is asked, and the upstream of these cases knows none.
    assert rcode == _RCODES[case.get("rcode", "")] or (forwarded and not wanted), rcode


_RCODES = {"": "NOERROR", "NameError": "NXDOMAIN", "ServerFailure": "SERVFAIL"}
