"""Service addresses: one nft table in the node namespace sends each connection to a ready endpoint.

A service port is a chain, found by one map lookup. A change rewrites the chains it touches, all at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lateen.runtime.addressing import POD_GATEWAY, SERVICE_NETWORK
from lateen.runtime.nft import apply_rules

_TABLE = "ip lateen-services"


class Endpoint(NamedTuple):
    """Where a connection may go."""

    ip: str
    port: int


class Front(NamedTuple):
    """A service port as clients address it. `protocol` is "tcp" or "udp"."""

    ip: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Backends:
    """The ready endpoints of a service port. `sticky`: a client keeps its own (sessionAffinity: ClientIP)."""

    endpoints: tuple[Endpoint, ...]
    sticky: bool = False


Table = Mapping[Front, Backends]


def ruleset(table: Table) -> str:
    """The whole nft table, in place of the one that is there.

    Connections to a service address that has no endpoint, or no such port, are refused. A pod that reaches
    itself through a service sees the node as the client, or its answer would never pass the node.
    """
    return f"""add table {_TABLE}
delete table {_TABLE}
table {_TABLE} {{
  map fronts {{
    type ipv4_addr . inet_proto . inet_service : verdict
  }}
  set loops {{
    type ipv4_addr . ipv4_addr
  }}
  chain prerouting {{
    type nat hook prerouting priority -100; policy accept
    ip daddr . meta l4proto . th dport vmap @fronts
  }}
  chain output {{
    type nat hook output priority -100; policy accept
    ip daddr . meta l4proto . th dport vmap @fronts
  }}
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept
    ct status dnat ip saddr . ip daddr @loops snat to {POD_GATEWAY}
  }}
  chain refuse {{
    ip daddr != {SERVICE_NETWORK} return
    fib daddr type local return
    meta l4proto tcp reject with tcp reset
    reject
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept
    jump refuse
  }}
  chain local {{
    type filter hook output priority 0; policy accept
    jump refuse
  }}
}}
{changes({}, table)}"""


def changes(before: Table, after: Table) -> str:
    """The nft commands that turn the table of `before` into that of `after`; "" when they are equal."""
    lines: list[str] = []
    for front, backends in after.items():
        if not backends.endpoints or before.get(front) == backends:
            continue
        chain = _chain(front)
        lines += [f"add chain {_TABLE} {chain}", f"flush chain {_TABLE} {chain}"]
        lines.append(f"add rule {_TABLE} {chain} meta l4proto {front.protocol} dnat ip to {_choice(backends)}")
    there, wanted = _served(before), _served(after)
    lines += _elements("add", "fronts", [f"{_key(front)} : goto {_chain(front)}" for front in wanted - there])
    lines += _elements("delete", "fronts", [_key(front) for front in there - wanted])
    lines += [f"delete chain {_TABLE} {_chain(front)}" for front in sorted(there - wanted)]
    lines += _elements("add", "loops", [f"{ip} . {ip}" for ip in _addresses(after) - _addresses(before)])
    lines += _elements("delete", "loops", [f"{ip} . {ip}" for ip in _addresses(before) - _addresses(after)])
    return "".join(line + "\n" for line in lines)


class ServiceRules:
    """The rules as they stand in the node namespace at `path`. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._table: Table | None = None

    def set(self, table: Table) -> bool:
        """Bring the rules in line; blocks for some milliseconds unless nothing changed. Whether it did.

        Raises LateenError; the rules then stand as before.
        """
        rules = ruleset(table) if self._table is None else changes(self._table, table)
        if rules:
            apply_rules(self._path, rules)
            self._table = dict(table)
        return bool(rules)


def _served(table: Table) -> set[Front]:
    return {front for front, backends in table.items() if backends.endpoints}


def _addresses(table: Table) -> set[str]:
    return {endpoint.ip for backends in table.values() for endpoint in backends.endpoints}


def _key(front: Front) -> str:
    return f"{front.ip} . {front.protocol} . {front.port}"


def _chain(front: Front) -> str:
    return f"{front.protocol}-{front.ip}-{front.port}"


def _choice(backends: Backends) -> str:
    """One endpoint of them, with its port."""
    endpoints = [f"{ip} . {port}" for ip, port in backends.endpoints]
    if len(endpoints) == 1:
        return "{}:{}".format(*backends.endpoints[0])
    pick = "jhash ip saddr" if backends.sticky else "numgen random"
    choices = ", ".join(f"{number} : {endpoint}" for number, endpoint in enumerate(endpoints))
    return f"{pick} mod {len(endpoints)} map {{ {choices} }}"


def _elements(verb: str, place: str, elements: Iterable[str]) -> list[str]:
    listed = sorted(elements)
    return [f"{verb} element {_TABLE} {place} {{ {', '.join(listed)} }}"] if listed else []
