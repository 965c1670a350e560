"""DNS messages: queries read, answers made and cut to the size that the asker can take."""

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

SMALLEST = 512
"""Bytes of an answer by UDP that every resolver takes (RFC 1035)."""


def read_query(wire: bytes) -> dns.message.Message | None:
    """Read an encoded query of one question; None when it is none."""
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    return None if query.flags & dns.flags.QR or len(query.question) != 1 else query


def asked_name(query: dns.message.Message) -> str:
    """Return the name asked for, in lower case and without the last dot."""
    return query.question[0].name.to_text(omit_final_dot=True).lower()


def response_to(query: dns.message.Message, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> dns.message.Message:
    """Begin the answer to a query."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(rcode)
    return response


def rrset(name: dns.name.Name, kind: dns.rdatatype.RdataType, ttl: int, *values: str) -> dns.rrset.RRset:
    """Make records of one name and type."""
    return dns.rrset.from_text_list(name, ttl, dns.rdataclass.IN, kind, values)


def encoded(message: dns.message.Message, size: int) -> bytes:
    """The message in at most `size` bytes: a longer one is emptied, and says so."""
    try:
        return message.to_wire(max_size=size)
    except dns.exception.TooBig:
        for section in (message.answer, message.authority, message.additional):
            section.clear()
        message.flags |= dns.flags.TC
        return message.to_wire(max_size=SMALLEST)
