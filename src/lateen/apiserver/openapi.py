"""Describe the API in OpenAPI v3, from the kinds' models: what kubectl explains, and asks before it writes.

Documents are built when first asked for, and once. OpenAPI v2 describes nothing (openapi_v2.py): kubectl (1.32) asks
for it in `apply` and `diff` of core kinds, where it then uses what it knows itself.
"""

import hashlib
from functools import cache
from typing import Any

import msgspec

from lateen.apiserver.discovery import group_versions
from lateen.apiserver.merge_keys import mark_lists
from lateen.apiserver.status import unknown_path
from lateen.kinds.openapi_schema import Components
from lateen.kinds.spec import BUILT_IN_GROUPS, KindSpec

Raw = dict[str, Any]

# Strategic merge is accepted too, but not told: kubectl would then compute its patches along our schemas, and warn of
# every field in a part of a pod or a service that the models leave open; untold, it goes by its own knowledge.
_PATCHES = ("application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json")
_META = "io.k8s.apimachinery.pkg.apis.meta.v1"
# Structs that Kubernetes names by where they live, whichever document they stand in.
_HOMES = {
    "lateen.kinds.meta": _META,
    "lateen.kinds.label_selector": _META,
    "lateen.kinds.core": "io.k8s.api.core.v1",
}


@cache
def index() -> bytes:
    """The document at /openapi/v3: where each group and version is described, and the hash of what is said there."""
    paths = {}
    for group, version, _ in group_versions():
        place = _place(group, version)
        paths[place] = {"serverRelativeURL": f"/openapi/v3/{place}?hash={digest(describe(place))}"}
    return msgspec.json.encode({"paths": paths})


@cache
def digest(document: bytes) -> str:
    """What changes when a document does."""
    return hashlib.sha256(document).hexdigest()[:32].upper()


@cache
def describe(place: str) -> bytes:
    """The document of `api/v1` or `apis/group/version`; Refusal 404 for others."""
    for group, version, kinds in group_versions():
        if place == _place(group, version):
            return msgspec.json.encode(_document(group, version, kinds))
    raise unknown_path()


def _document(group: str, version: str, kinds: list[KindSpec]) -> Raw:
    components = Components(lambda model: f"{_home(model, group, version)}.{model.__name__}")
    for kind in kinds:
        schema = components.add(kind.model)
        schema["x-kubernetes-group-version-kind"] = [_names(kind, version)]
        mark_lists(components.schemas, schema, kind)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.32.0"},
        "paths": {path: item for kind in kinds for path, item in _paths(kind, version).items()},
        "components": {"schemas": components.schemas},
    }


def _place(group: str, version: str) -> str:
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _paths(kind: KindSpec, version: str) -> dict[str, Raw]:
    scope = "/namespaces/{namespace}" if kind.namespaced else ""
    whole = f"/{_place(kind.group, version)}{scope}/{kind.plural}"
    parameters = [_query(name) for name in ("dryRun", "fieldManager", "fieldValidation")]
    own = {"x-kubernetes-group-version-kind": _names(kind, version)}
    reply = {"responses": {"200": {"description": "OK"}}}
    operation = own | reply | {"parameters": parameters}
    patch = operation | {
        "parameters": [*parameters, _query("force")],
        "requestBody": {"content": {media: {} for media in _PATCHES}},
    }
    one = {"get": own | reply, "put": operation, "patch": patch, "delete": own | reply}
    return {whole: {"get": own | reply, "post": operation}, f"{whole}/{{name}}": one}


def _query(name: str) -> Raw:
    return {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}


def _names(kind: KindSpec, version: str) -> Raw:
    return {"group": kind.group, "version": version, "kind": kind.kind}


def _home(model: type[Any], group: str, version: str) -> str:
    """The first part of the name of a struct's schema, as Kubernetes makes it of a package's name."""
    module = model.__module__
    for room, home in _HOMES.items():
        if module == room or module.startswith(f"{room}."):
            return home
    if group in BUILT_IN_GROUPS:
        return f"io.k8s.api.{group.partition('.')[0] or 'core'}.{version}"
    return f"{'.'.join(reversed(group.split('.')))}.{version}"
