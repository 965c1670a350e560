"""Hand out cluster addresses and node ports to services, from what committed services hold."""

import ipaddress
from collections.abc import Iterator
from typing import Any

import msgspec

from lateen.apiserver.admission import Lookup, Operation
from lateen.apiserver.status import Refusal, invalid
from lateen.apiserver.storage import Change, Storage
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

SERVICES = ipaddress.IPv4Network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)
_RANGE = f"{NODE_PORTS[0]}-{NODE_PORTS[-1]}"
# Addresses that only the services of these names get: the API server's and the cluster DNS.
RESERVED = {"10.96.0.1": Key("default", "kubernetes"), "10.96.0.10": Key("kube-system", "kube-dns")}
_FIRST = 256  # dynamic addresses begin here: the low band is for services that ask for a fixed one


class Addresses:
    """Who holds which address and which node port. Derived from the stored services, never kept beside them."""

    def __init__(self, storage: Storage, resource: str = "services") -> None:
        self._resource = resource
        self._held: dict[str | int, Key] = {}
        self._next = _FIRST
        for key, body in storage.objects(resource):
            self._claim(key, msgspec.json.decode(body))
        storage.subscribe(self._follow)

    def admit(self, operation: Operation, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
        """The admission that allocates: a service gets what it needs, keeps what it has, or is refused (422)."""
        if operation == "DELETE" or (kind.group, kind.kind) != ("", "Service"):
            return raw
        key = Key(raw["metadata"]["namespace"], raw["metadata"].get("name", ""))
        before = lookup(kind, key) if operation == "UPDATE" else None
        spec = self._addressed(key, dict(raw["spec"]), (before or {}).get("spec") or {})
        return raw | {"spec": self._ported(key, spec, (before or {}).get("spec") or {})}

    def _addressed(self, key: Key, spec: Raw, before: Raw) -> Raw:
        if spec.get("type") == "ExternalName":
            return {name: value for name, value in spec.items() if name not in ("clusterIP", "clusterIPs")}
        had = before.get("clusterIP") if before.get("type") != "ExternalName" else None
        wanted = spec.get("clusterIP") or had or next(iter(spec.get("clusterIPs") or ()), "")
        if had and wanted != had:
            raise _refused(key, "spec.clusterIP", "field is immutable")
        if wanted and wanted != "None":
            self._check(key, wanted)
        address = wanted or self._free_address()
        return spec | {"clusterIP": address, "clusterIPs": [address]}

    def _check(self, key: Key, address: str) -> None:
        try:
            inside = ipaddress.IPv4Address(address) in SERVICES
        except ValueError:
            inside = False
        if not inside:
            raise _refused(key, "spec.clusterIP", f"{address} is not in the range of services, {SERVICES}")
        holder = self._held.get(address, RESERVED.get(address, key))
        if holder != key:
            raise _refused(key, "spec.clusterIP", f"{address} is already allocated, to the service {holder}")

    def _free_address(self) -> str:
        size = SERVICES.num_addresses
        for step in range(size - _FIRST - 1):
            offset = _FIRST + (self._next - _FIRST + step) % (size - _FIRST - 1)
            address = str(SERVICES[offset])
            if address not in self._held:
                self._next = offset + 1
                return address
        raise Refusal(500, f"no address is left for services in {SERVICES}")

    def _ported(self, key: Key, spec: Raw, before: Raw) -> Raw:
        if spec.get("type") not in ("NodePort", "LoadBalancer") or not spec.get("ports"):
            return spec
        had = {(port.get("name"), port["port"]): port.get("nodePort") for port in before.get("ports") or ()}
        ports: list[Raw] = []
        for port in spec["ports"]:
            taken = {other["nodePort"] for other in ports}
            wanted = port.get("nodePort") or had.get((port.get("name"), port["port"]))
            if wanted and wanted not in NODE_PORTS:
                raise _refused(key, "spec.ports.nodePort", f"{wanted} is not in the range of node ports, {_RANGE}")
            if wanted and (wanted in taken or self._held.get(wanted, key) != key):
                raise _refused(key, "spec.ports.nodePort", f"{wanted} is already allocated")
            ports.append(port | {"nodePort": wanted or self._free_port(taken)})
        return spec | {"ports": ports}

    def _free_port(self, taken: set[int]) -> int:
        for port in NODE_PORTS:
            if port not in self._held and port not in taken:
                return port
        raise Refusal(500, "no node port is left for services")

    def _follow(self, change: Change) -> None:
        if change.resource != self._resource:
            return
        for held in [held for held, key in self._held.items() if key == change.key]:
            del self._held[held]
        if change.type != "DELETED":
            self._claim(change.key, msgspec.json.decode(change.body))

    def _claim(self, key: Key, raw: Raw) -> None:
        for held in _holdings(raw.get("spec") or {}):
            self._held[held] = key


def _holdings(spec: Raw) -> Iterator[str | int]:
    for address in {spec.get("clusterIP"), *(spec.get("clusterIPs") or ())}:
        if address and address != "None":
            yield address
    for port in spec.get("ports") or ():
        if port.get("nodePort"):
            yield port["nodePort"]


def _refused(key: Key, field: str, message: str) -> Refusal:
    return invalid("", "Service", key.name, [{"reason": "FieldValueInvalid", "message": message, "field": field}])
