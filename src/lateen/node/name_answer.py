"""Answer a query out of the mesh's names: addresses in random order, which spreads who only takes the first."""

import random

import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from lateen.node.dns_message import asked_name, response_to, rrset
from lateen.node.names import Names

TTL = 30
"""Seconds that an answer may be kept, as Istio says."""

_FAMILIES = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}
_random = random.SystemRandom()


def answer(names: Names, query: dns.message.Message) -> dns.message.Message | None:
    """Answer a query for addresses; None when it is for another resolver: the name is not known, or more than
    addresses is asked for. A name without addresses of the wanted family has an empty answer."""
    question = query.question[0]
    family = _FAMILIES.get(question.rdtype)
    found = names.find(asked_name(query)) if family else None
    if found is None or family is None:
        return None
    response = response_to(query)
    response.flags |= dns.flags.AA
    addresses = found.of_family(family)
    if not addresses:
        return response
    _random.shuffle(addresses)
    owner = question.name
    if found.canonical:
        response.answer.append(rrset(owner, dns.rdatatype.CNAME, TTL, f"{found.canonical}."))
        owner = dns.name.from_text(found.canonical)
    response.answer.append(rrset(owner, question.rdtype, TTL, *addresses))
    return response
