"""CustomResourceDefinitions of the kinds that Kubernetes does not have, written from the kinds themselves.

https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
"""

from typing import Any

from lateen.kinds.all import KINDS
from lateen.kinds.gateway_api.names import EXPERIMENTAL, GROUP
from lateen.kinds.openapi_schema import whole_schema
from lateen.kinds.spec import Column, KindSpec

Raw = dict[str, Any]

API_VERSION = "apiextensions.k8s.io/v1"
# The API server itself checks these, whatever a schema says.
_COMMON = ("apiVersion", "kind", "metadata")


def crds() -> list[Raw]:
    """The definitions of the custom resources that are ours or Istio's; the Gateway API brings its own."""
    return [crd(kind) for kind in KINDS if not kind.built_in and kind.group not in (GROUP, EXPERIMENTAL)]


def crd(kind: KindSpec) -> Raw:
    """The definition of one kind: every version has the same schema, one is stored."""
    schema = _schema(kind)
    return {
        "apiVersion": API_VERSION,
        "kind": "CustomResourceDefinition",
        "metadata": {"name": kind.resource, "labels": {"app.kubernetes.io/part-of": "lateen"}},
        "spec": {
            "group": kind.group,
            "names": _names(kind),
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [_version(kind, version, schema) for version in kind.versions],
        },
    }


def _names(kind: KindSpec) -> Raw:
    names: Raw = {"kind": kind.kind, "listKind": f"{kind.kind}List", "plural": kind.plural, "singular": kind.singular}
    names |= {"shortNames": list(kind.short_names)} if kind.short_names else {}
    return names | ({"categories": list(kind.categories)} if kind.categories else {})


def _schema(kind: KindSpec) -> Raw:
    """The model's schema without what every object has, as structural schemas must be."""
    schema = whole_schema(kind.model)
    properties = {name: value for name, value in schema["properties"].items() if name not in _COMMON}
    required = [name for name in schema.get("required", ()) if name not in _COMMON]
    rest = {name: value for name, value in schema.items() if name not in ("properties", "required")}
    return rest | {"properties": properties} | ({"required": required} if required else {})


def _version(kind: KindSpec, version: str, schema: Raw) -> Raw:
    found: Raw = {"name": version, "served": True, "storage": version == kind.storage_version}
    found |= {"subresources": {"status": {}}} if "status" in schema["properties"] else {}
    found["additionalPrinterColumns"] = [_column(column, schema) for column in kind.columns]
    return found | {"schema": {"openAPIV3Schema": schema}}


def _column(column: Column, schema: Raw) -> Raw:
    described = _description(schema, column.path)
    text = {"description": described} if described else {}
    return {"name": column.name, "type": column.type, "jsonPath": column.path} | text


def _description(schema: Raw, path: str) -> str:
    """What the schema says of the field at a column's path."""
    for step in path.strip(".").split("."):
        schema = schema.get("properties", {}).get(step, {})
    return str(schema.get("description", ""))
