"""The models of Istio's kinds have every field of its CRDs, and no other."""

import json
from pathlib import Path

import msgspec
import pytest

from lateen.kinds.all import by_kind

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
OURS = tuple(json.loads((SHARED / "crds" / "fields.json").read_text())) if SHARED.exists() else ()

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not here: Istio's fields are not compared"),
]

# What Istio's status has and its CRD does not declare (unknown fields are preserved there).
UNDECLARED = {"ServiceEntry": {f"status.addresses[]{field}" for field in ("", ".host", ".value")}}


@pytest.mark.parametrize("kind", OURS)
def test_models_have_every_field_of_the_crd(kind):
    fields = json.loads((SHARED / "crds" / "fields.json").read_text())[kind]["fields"]
    ours = dict(leaves(msgspec.inspect.type_info(by_kind(kind).model), ""))
    declared = {field["path"] for field in fields} | UNDECLARED.get(kind, set())
    assert declared == {path for path in ours if path.startswith(("spec", "status"))}
    for field in fields:
        if "enum" in field:
            assert set(ours[field["path"]].values) == set(field["enum"]), field["path"]


def leaves(shape, path):
    inspect = msgspec.inspect
    match shape:
        case inspect.Metadata():
            yield from leaves(shape.type, path)
        case inspect.UnionType():
            for option in shape.types:
                if not isinstance(option, inspect.NoneType):
                    yield from leaves(option, path)
        case inspect.StructType():
            yield path, shape
            for field in shape.fields:
                yield from leaves(field.type, f"{path}.{field.encode_name}".lstrip("."))
        case inspect.DictType(value_type=inspect.AnyType()):  # free form
            yield path, shape
        case inspect.DictType():
            yield from leaves(shape.value_type, f"{path}{{}}")
        case inspect.VarTupleType():
            yield from leaves(shape.item_type, f"{path}[]")
        case _:
            yield path, shape
