"""The cluster's DNS server: answers from a zone, and passes on what is not the cluster's."""

from contextlib import suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from lateen.node.dns_listener import DnsListener, bound_socket
from lateen.node.dns_message import SMALLEST, asked_name, encoded, read_query, response_to, rrset
from lateen.node.resolvers import Resolvers
from lateen.runtime.netns import call_in, listen_in
from lateen.runtime.zone import Records, Zone

# Seconds that an answer may be kept: endpoints come and go.
TTL = 5
_LONGEST_CHAIN = 8
_A, _CNAME, _SRV, _PTR = dns.rdatatype.A, dns.rdatatype.CNAME, dns.rdatatype.SRV, dns.rdatatype.PTR


class DnsServer:
    """Set `zone` at any time; the next question is answered from it."""

    def __init__(self, zone: Zone, resolvers: Resolvers) -> None:
        self.zone = zone
        self._resolvers = resolvers
        self._listener = DnsListener(self.answer)

    async def start(self, namespace: Path, address: str, port: int = 53) -> None:
        """Listen on UDP and TCP in a network namespace. Raises OSError."""
        udp = call_in(namespace, lambda: bound_socket(address, port))
        await self._listener.start([udp], [listen_in(namespace, address, port)])

    async def close(self) -> None:
        """Stop listening; what is being asked stays unanswered."""
        await self._listener.close()

    async def answer(self, wire: bytes, size: int) -> bytes | None:
        """The encoded answer, of at most `size` bytes, to an encoded query; None when it is none."""
        if (query := read_query(wire)) is None:
            return None
        if not self.zone.owns(asked_name(query)):
            answer = await self._resolvers.ask(wire, stream=size > SMALLEST)
            return answer or encoded(response_to(query, dns.rcode.SERVFAIL), size)
        response = resolve(self.zone, query)
        if (target := _outside(self.zone, response)) is not None:
            await self._follow(target, query, response)
        return encoded(response, max(size, query.payload))

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


def resolve(zone: Zone, query: dns.message.Message) -> dns.message.Message:
    """Answer a query for one of the zone's names: aliases followed as far as the zone knows them."""
    response = response_to(query)
    response.flags |= dns.flags.AA
    question = query.question[0]
    name = asked_name(query)
    records = zone.get(name)
    # The answer repeats the name as it was asked for: some clients compare it letter by letter.
    owner = question.name
    for _ in range(_LONGEST_CHAIN):
        if records is None or not records.alias or question.rdtype == _CNAME:
            break
        response.answer.append(rrset(owner, _CNAME, TTL, f"{records.alias}."))
        name = records.alias
        owner, records = dns.name.from_text(name), zone.get(name) if zone.owns(name) else Records()
    if records is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif values := _values(records, question.rdtype):
        response.answer.append(rrset(owner, question.rdtype, TTL, *values))
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


def _authority(domain: str) -> dns.rrset.RRset:
    """Says for how long a name that is not there may be taken as missing."""
    text = f"ns.dns.{domain}. hostmaster.{domain}. 1 7200 1800 86400 {TTL}"
    return rrset(dns.name.from_text(domain), dns.rdatatype.SOA, TTL, text)
