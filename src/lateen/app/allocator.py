"""Give hosts of ServiceEntries addresses of their own, and write them into the objects' statuses.

Only what stands in a status is used: so every control plane, and every life of one, has the same addresses. The leader
writes what is missing; it begins when all ServiceEntries and what they hold already are known.
"""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from lateen.base.refs import Key
from lateen.kinds.addresses import is_ip
from lateen.kinds.all import by_kind
from lateen.kinds.networking.service_entry import AllocatedAddress
from lateen.kinds.object import Object
from lateen.registry.address_pool import Addresses, AddressPool, Claimant
from lateen.registry.allocation import wanting
from lateen.sources.statuses import Part, Place, Statuses, Wanted
from lateen.store.store import Store

KIND = by_kind("ServiceEntry")
Raw = dict[str, Any]

_log = logging.getLogger(__name__)


class Allocator:
    """Follows the ServiceEntries in force, and is told what their statuses say; `statuses` hear what they should."""

    def __init__(self, store: Store, statuses: Statuses) -> None:
        self._store, self._statuses = store, statuses
        self._pool = AddressPool()
        self._begun = False
        self._starved = 0
        store[KIND.kind].subscribe(self._changed)

    def saw(self, key: Key, status: Raw) -> None:
        """Take note of what an entry's status says: these addresses are used from now on."""
        said = read_addresses(status)
        self._store.addresses.put(key, said)
        self._pool.saw(key, _by_host(said))
        self._statuses.saw(Place(KIND, key), status)
        self._settle()

    def forget(self, key: Key) -> None:
        """The object is gone, and its status with it."""
        self._store.addresses.delete(key)
        self._pool.forget(key)
        self._statuses.forget(Place(KIND, key))
        self._settle()

    def begin(self) -> None:
        """All entries are known, and what they hold: choose what is missing."""
        self._begun = True
        self._settle()

    def _changed(self, changes: Mapping[Key, Object | None]) -> None:
        for key, found in changes.items():
            if found is None:
                self._pool.forget(key)
                continue
            self._pool.know(key, Claimant(found.created, wanting(found), found.model.spec.addresses))
            self._pool.saw(key, _by_host(self._store.addresses.get(key) or ()))
        self._settle()

    def _settle(self) -> None:
        if not self._begun:
            return
        for key, addresses in self._pool.settle():
            if (found := self._store[KIND.kind].get(key)) is not None:
                self._statuses.want(Place(KIND, key), _wanted(found, addresses))
        if len(self._pool.starved) > self._starved:
            _log.warning("no address is free for hosts of %s", ", ".join(map(str, sorted(self._pool.starved)[:10])))
        self._starved = len(self._pool.starved)


def read_addresses(status: Mapping[str, Any]) -> tuple[AllocatedAddress, ...]:
    """Read the addresses of a status; what cannot be read is not there."""
    try:
        return msgspec.convert(status.get("addresses") or (), tuple[AllocatedAddress, ...])
    except msgspec.ValidationError:
        return ()


def _by_host(said: tuple[AllocatedAddress, ...]) -> Addresses:
    found: dict[str, tuple[str, ...]] = {}
    for one in said:
        if is_ip(one.value):
            found[one.host.lower()] = (*found.get(one.host.lower(), ()), one.value)
    return found


def _wanted(found: Object, addresses: Addresses) -> Wanted:
    listed = [{"host": host, "value": ip} for host, ips in addresses.items() for ip in ips]
    return Wanted(found.meta.uid, found.raw["apiVersion"], {"addresses": listed})


def _said(status: Mapping[str, Any]) -> object:
    return [(one.host.lower(), one.value) for one in read_addresses(status)]


ADDRESSES = Part("lateen-addresses", _said, 0.02)
