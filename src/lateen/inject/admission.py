"""Injection as an API server's admission: new pods come in with their proxy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from lateen.base.refs import Key
from lateen.inject.pod import inject
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]


class Lookup(Protocol):
    """What is stored: an object, None when there is none; or all of a namespace."""

    def __call__(self, kind: KindSpec, key: Key, /) -> Raw | None: ...
    def listed(self, kind: KindSpec, namespace: str, /) -> list[Raw]: ...


def injection(settings: Callable[[Lookup], InjectSettings]) -> Callable[[str, KindSpec, Raw, Lookup], Raw]:
    """Return the admission: (operation, kind, object, lookup) → the object as it shall be. Raises Invalid.

    `settings` are asked for each new pod: they may change with the mesh's config.
    """

    def admit(operation: str, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
        if operation != "CREATE" or (kind.group, kind.kind) != ("", "Pod"):
            return raw
        name = raw["metadata"]["namespace"]
        namespace = lookup(by_kind("Namespace"), Key("", name)) or {"metadata": {"name": name}}
        return inject(raw, namespace, _settings(lookup, name)) or raw

    def _settings(lookup: Lookup, namespace: str) -> InjectSettings:
        found = settings(lookup)
        places = dict.fromkeys((found.root_namespace, namespace))
        kind = by_kind("ProxyConfig")
        return replace(found, proxy_configs=[one for place in places for one in lookup.listed(kind, place)])

    return admit
