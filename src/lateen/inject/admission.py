"""Injection as an API server's admission: new pods come in with their proxy."""

from collections.abc import Callable
from typing import Any

from lateen.base.refs import Key
from lateen.inject.pod import inject
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
Lookup = Callable[[KindSpec, Key], Raw | None]


def injection(settings: Callable[[Lookup], InjectSettings]) -> Callable[[str, KindSpec, Raw, Lookup], Raw]:
    """Return the admission: (operation, kind, object, lookup) → the object as it shall be. Raises Invalid.

    `settings` are asked for each new pod: they may change with the mesh's config.
    """

    def admit(operation: str, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
        if operation != "CREATE" or (kind.group, kind.kind) != ("", "Pod"):
            return raw
        name = raw["metadata"]["namespace"]
        namespace = lookup(by_kind("Namespace"), Key("", name)) or {"metadata": {"name": name}}
        return inject(raw, namespace, settings(lookup)) or raw

    return admit
