"""Kubernetes' Ingresses as collections of gateways and rules, beside those that are written as such."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.planner.gateway import GatewayRules
from lateen.planner.kubernetes_ingress import HostRule, host_rules, ingress_gateway, ingress_traffic, is_ours
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import group
from lateen.registry.registry import Registry
from lateen.store.store import Store

RuleKey = tuple[str, Key, int]


@dataclass(frozen=True)
class Ingresses:
    """`gateways`: one of each Ingress, by its namespace and name; `traffic`: the rules of each host, by ("", host)."""

    gateways: Collection[Key, GatewayRules]
    traffic: Collection[Key, Traffic]


def build_ingresses(engine: Engine, store: Store, registry: Registry) -> Ingresses:
    """Build the collections over the store's objects."""

    def ours(read: Read, key: Key, found: Object) -> Object | None:
        def controller(name: str) -> str:
            known = read.get(store["IngressClass"], Key("", name))
            return known.model.spec.controller if known else ""

        return found if is_ours(found, registry.settings(read), controller) else None

    def rules(read: Read, key: Key, found: Object) -> Iterator[tuple[RuleKey, HostRule]]:
        for index, (host, rule) in enumerate(host_rules(found)):
            yield (host, key, index), rule

    def traffic(read: Read, key: Key, rows: Mapping[RuleKey, HostRule]) -> Traffic:
        def port_of(host: str, name: str) -> int:
            declared = read.get(registry.hosts, host) or ()
            return next((port.number for one in declared for port in one.ports if port.name == name), 0)

        return ingress_traffic(key.name, rows.values(), port_of)

    chosen = engine.map("ingresses", store["Ingress"], ours)
    asked = engine.flat_map("ingress rules", chosen, rules)
    of_host = engine.index("ingress rules of host", asked, lambda key, rule: (Key("", key[0]),))
    return Ingresses(
        gateways=engine.map(
            "ingress gateways", chosen, lambda read, key, found: ingress_gateway(found, registry.settings(read))
        ),
        traffic=group(engine, "ingress traffic", of_host, traffic),
    )
