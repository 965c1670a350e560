"""The cluster's DNS server: answers from a zone, and passes on what is not the cluster's."""

import asyncio
import logging
import socket
import struct
from contextlib import suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from lateen.base.tasks import cancel, spawn
from lateen.runtime.netns import call_in, listen_in
from lateen.runtime.resolvers import Resolvers
from lateen.runtime.zone import Records, Zone

_log = logging.getLogger(__name__)

# Seconds that an answer may be kept: endpoints come and go.
TTL = 5
_IDLE = 30.0
_LONGEST_CHAIN = 8
_A, _CNAME, _SRV, _PTR = dns.rdatatype.A, dns.rdatatype.CNAME, dns.rdatatype.SRV, dns.rdatatype.PTR


class DnsServer:
    """Set `zone` at any time; the next question is answered from it."""

    def __init__(self, zone: Zone, resolvers: Resolvers) -> None:
        self.zone = zone
        self._resolvers = resolvers
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, namespace: Path, address: str, port: int = 53) -> None:
        """Listen on UDP and TCP in a network namespace. Raises OSError."""
        loop = asyncio.get_running_loop()
        udp = call_in(namespace, lambda: _bound(address, port))
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)
        self._tcp = await asyncio.start_server(self._converse, sock=listen_in(namespace, address, port))

    async def close(self) -> None:
        """Stop listening; what is being asked stays unanswered."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        await cancel(*self._tasks)

    async def answer(self, wire: bytes, size: int) -> bytes | None:
        """The encoded answer, of at most `size` bytes, to an encoded query; None when it is none."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if query.flags & dns.flags.QR or len(query.question) != 1:
            return None
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        if not self.zone.owns(name):
            answer = await self._resolvers.ask(wire, stream=size > 512)
            return answer or _encoded(_failure(query), size)
        response = resolve(self.zone, query)
        if (target := _outside(self.zone, response)) is not None:
            await self._follow(target, query, response)
        return _encoded(response, max(size, query.payload))

    def hear(self, wire: bytes, peer: tuple[str, int]) -> None:
        """Answer a datagram in the background."""
        task = spawn(self._reply(wire, peer), name="dns query")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, wire: bytes, peer: tuple[str, int]) -> None:
        answer = await self.answer(wire, 512)
        if answer is not None and self._udp is not None and not self._udp.is_closing():
            self._udp.sendto(answer, peer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                async with asyncio.timeout(_IDLE):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    answer = await self.answer(await reader.readexactly(length), 65535)
                    if answer is None:
                        break
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        writer.close()

    async def _follow(self, target: str, query: dns.message.Message, response: dns.message.Message) -> None:
        """Add what the outer world says of an ExternalName's target."""
        asked = dns.message.make_query(target, query.question[0].rdtype)
        answer = await self._resolvers.ask(asked.to_wire())
        if answer is None:
            response.set_rcode(dns.rcode.SERVFAIL)
            return
        with suppress(dns.exception.DNSException):
            outer = dns.message.from_wire(answer)
            response.answer.extend(outer.answer)
            response.set_rcode(outer.rcode())


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.hear(data, addr)


def resolve(zone: Zone, query: dns.message.Message) -> dns.message.Message:
    """Answer a query for one of the zone's names: aliases followed as far as the zone knows them."""
    response = dns.message.make_response(query, recursion_available=True)
    response.flags |= dns.flags.AA
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    records = zone.get(name)
    # The answer repeats the name as it was asked for: some clients compare it letter by letter.
    owner = question.name
    for _ in range(_LONGEST_CHAIN):
        if records is None or not records.alias or question.rdtype == _CNAME:
            break
        response.answer.append(_rrset(owner, _CNAME, f"{records.alias}."))
        name = records.alias
        owner, records = dns.name.from_text(name), zone.get(name) if zone.owns(name) else Records()
    if records is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif values := _values(records, question.rdtype):
        response.answer.append(_rrset(owner, question.rdtype, *values))
    if not response.answer:
        response.authority.append(_authority(zone.domain))
    return response


def _values(records: Records, kind: dns.rdatatype.RdataType) -> list[str]:
    """The records of one type, as text."""
    if kind == _A:
        return records.addresses
    if kind == _SRV:
        return [f"0 {100 // len(records.servers)} {port} {target}." for port, target in records.servers]
    if kind == _PTR:
        return [f"{records.pointer}."] if records.pointer else []
    if kind == _CNAME:
        return [f"{records.alias}."] if records.alias else []
    return []


def _outside(zone: Zone, response: dns.message.Message) -> str | None:
    """The name at which the answer leaves the zone; None when it does not."""
    if not response.answer or response.answer[-1].rdtype != _CNAME or response.question[0].rdtype == _CNAME:
        return None
    target = response.answer[-1][0].target.to_text(omit_final_dot=True)
    return None if zone.owns(target) else target


def _rrset(name: dns.name.Name, kind: dns.rdatatype.RdataType, *values: str) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(name, TTL, dns.rdataclass.IN, kind, values)


def _authority(domain: str) -> dns.rrset.RRset:
    """Says for how long a name that is not there may be taken as missing."""
    text = f"ns.dns.{domain}. hostmaster.{domain}. 1 7200 1800 86400 {TTL}"
    return _rrset(dns.name.from_text(domain), dns.rdatatype.SOA, text)


def _failure(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(dns.rcode.SERVFAIL)
    return response


def _encoded(message: dns.message.Message, size: int) -> bytes:
    """The message in at most `size` bytes: a longer one is emptied, and says so."""
    try:
        return message.to_wire(max_size=size)
    except dns.exception.TooBig:
        for section in (message.answer, message.authority, message.additional):
            section.clear()
        message.flags |= dns.flags.TC
        return message.to_wire(max_size=512)


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind((address, port))
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made
