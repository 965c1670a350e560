"""What a client wants of one type, as a plain value: the rules of the xDS protocol about names.

https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
"""

from collections.abc import Iterable
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary, ref

from lateen.proto import types
from lateen.proto.name_table import TABLE

WILDCARD: Final = "*"

LEGACY_WILDCARD: Final = frozenset((types.CLUSTER, types.LISTENER, types.VIRTUAL_HOST, TABLE))
"""Types of which a first request without names means all. Of other types it means none: Envoy sends such a
request for load assignments when it connects again and has no cluster left that wants one."""

_interned: WeakKeyDictionary[frozenset[str], ref[frozenset[str]]] = WeakKeyDictionary()


class Subscription(NamedTuple):
    """`wildcard`: everything there is; `names`: these, whether they exist or not. The two add up."""

    wildcard: bool = False
    names: frozenset[str] = frozenset()

    def covers(self, name: str) -> bool:
        """Say whether the client wants the resource of that name."""
        return self.wildcard or name in self.names

    def changed(self, subscribe: Iterable[str], unsubscribe: Iterable[str]) -> "Subscription":
        """Return the subscription after a request. Names that are in both lists stay."""
        comes, goes = frozenset(subscribe), frozenset(unsubscribe)
        if not comes and not goes:
            return self
        names = (self.names - goes) | comes
        wildcard = WILDCARD in names or (self.wildcard and WILDCARD not in goes)
        return Subscription(wildcard, _intern(names - {WILDCARD}))


def first_subscription(type_url: str, subscribe: Iterable[str]) -> Subscription:
    """Return the subscription that a stream's first request for a type makes."""
    names = frozenset(subscribe)
    if not names and type_url in LEGACY_WILDCARD:
        return Subscription(wildcard=True)
    return Subscription().changed(names, ())


def _intern(names: frozenset[str]) -> frozenset[str]:
    """Return the one copy of an equal set: a thousand replicas subscribe to the same thousand names."""
    known = _interned.get(names)
    if known and (found := known()) is not None:
        return found
    _interned[names] = ref(names)
    return names
