"""The objects the mesh is made of: one input of the engine per kind, and the rejections beside them."""

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.all import KINDS, find
from lateen.kinds.decode import decode
from lateen.kinds.networking.service_entry import AllocatedAddress
from lateen.kinds.object import Object
from lateen.kinds.projection import project_raw
from lateen.reactive.collection import Input
from lateen.reactive.engine import Engine


class Store:
    """Accepted objects by kind. A refused version leaves the last accepted one in force.

    `addresses`: what the statuses of ServiceEntries, which come apart from the objects, say of allocated addresses.
    `keys`: keys of token issuers, as text, by the URL that they were fetched from; `key_faults`: why they were not.
    `rejections`: by kind and key, why the newest version of an object is not in force.
    """

    def __init__(self, engine: Engine) -> None:
        self._inputs: dict[str, Input[Key, Object]] = {spec.name: engine.input(spec.name) for spec in KINDS}
        self.keys: Input[str, str] = engine.input("keys")
        self.key_faults: Input[str, str] = engine.input("faults of keys")
        self.addresses: Input[Key, tuple[AllocatedAddress, ...]] = engine.input("allocated addresses")
        self.rejections: dict[tuple[str, Key], Invalid] = {}

    def __getitem__(self, kind: str) -> Input[Key, Object]:
        """Return the objects of a kind (`KindSpec.name`), by key. Raises KeyError for one the house does not know."""
        return self._inputs[kind]

    def put(self, raw: dict[str, Any], *, file: str = "", lines: Mapping[str, int] | None = None) -> Object:
        """Accept an object, new or changed. Raises Invalid, after recording it, when it is refused."""
        try:
            found = decode(raw, file=file, lines=lines)
        except Invalid as error:
            self.rejections[_named(raw)] = error
            raise
        if found.spec.reads and (projected := project_raw(found.spec, raw)) is not None:
            found = structs.replace(found, model=projected.model)
        self.accept(found)
        return found

    def accept(self, found: Object) -> None:
        """Take an object that was read already, as `projection.project` does."""
        self.rejections.pop((found.spec.name, found.key), None)
        self._inputs[found.spec.name].put(found.key, found)

    def delete(self, kind: str, key: Key) -> None:
        """Forget an object and what was said of it; no change when there is none."""
        self.rejections.pop((kind, key), None)
        self._inputs[kind].delete(key)


def _named(raw: dict[str, Any]) -> tuple[str, Key]:
    """Name an object that may be broken anywhere, as well as it can be named."""
    meta = raw.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    spec = find(raw.get("apiVersion"), raw.get("kind"))
    return spec.name if spec is not None else str(raw.get("kind", "")), Key(
        str(meta.get("namespace") or ""), str(meta.get("name") or "")
    )
