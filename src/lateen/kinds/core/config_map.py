"""ConfigMap: plain settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.core.data_keys import key_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec


class ConfigMap(OpenModel, frozen=True, kw_only=True):
    """The whole object. `binary_data` is base64."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    data: Mapping[str, str] = {}
    binary_data: Mapping[str, str] = {}
    immutable: bool = False


def validate(found: ConfigMap) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from key_faults("data", found.data)
    yield from key_faults("binaryData", found.binary_data)
    for key in found.data.keys() & found.binary_data.keys():
        yield Fault("binaryData", f'"{key}" is in data already')


def _count(raw: Mapping[str, Any]) -> str:
    return str(len(raw.get("data") or {}) + len(raw.get("binaryData") or {}))


SPEC = KindSpec(
    group="",
    kind="ConfigMap",
    plural="configmaps",
    versions=("v1",),
    short_names=("cm",),
    model=ConfigMap,
    validate=validate,
    open=True,
    reads=("data",),
    columns=(Column("Data", cell=_count, type="integer"), AGE),
)
