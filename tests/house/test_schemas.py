"""Every kind can be described: no model uses a type without a schema, no two structs of one document share a name."""

from lateen.apiserver.openapi import index
from lateen.kinds.all import KINDS
from lateen.kinds.openapi_schema import whole_schema


def test_every_kind_has_a_schema_and_every_document_can_be_built() -> None:
    for kind in KINDS:
        assert {"apiVersion", "kind", "metadata"} <= whole_schema(kind.model)["properties"].keys()
    assert index()
