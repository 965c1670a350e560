"""Secret: what only those may read who need it. Its values stand in no message and no log."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.core.data_keys import key_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.paths import join
from lateen.kinds.spec import AGE, Column, KindSpec


class Secret(OpenModel, frozen=True, kw_only=True):
    """The whole object. `data` is base64, `string_data` plain."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    type: str = "Opaque"
    data: Mapping[str, str] = {}
    string_data: Mapping[str, str] = {}
    immutable: bool = False

    def value(self, key: str) -> bytes | None:
        """Return a decoded value; plain text wins, as it does in Kubernetes."""
        if key in self.string_data:
            return self.string_data[key].encode()
        return base64.b64decode(self.data[key]) if key in self.data else None

    def __repr__(self) -> str:
        return f"Secret({self.metadata.namespace}/{self.metadata.name}, type={self.type!r}, [redacted])"


def validate(found: Secret) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from key_faults("data", found.data)
    yield from key_faults("stringData", found.string_data)
    for key, value in found.data.items():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            yield Fault(join("data", key), "is not base64", "put plain text in stringData")


def _count(raw: Mapping[str, Any]) -> str:
    return str(len({**(raw.get("data") or {}), **(raw.get("stringData") or {})}))


SPEC = KindSpec(
    group="",
    kind="Secret",
    plural="secrets",
    versions=("v1",),
    model=Secret,
    validate=validate,
    open=True,
    reads=("type", "data"),
    columns=(Column("Type", ".type"), Column("Data", cell=_count, type="integer"), AGE),
)
