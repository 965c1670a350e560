"""Describe the API in OpenAPI v3, as far as kubectl asks before it applies: who validates, which patches exist."""

import hashlib
from typing import Any

import msgspec

from lateen.apiserver.discovery import group_versions
from lateen.apiserver.status import unknown_path
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

# Strategic merge is accepted too, but not told: kubectl would then compute its patches from our schemas, which do not
# know lists' merge keys; untold, it knows them itself.
_PATCHES = ("application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json")


def index() -> Raw:
    """The document at /openapi/v3: where each group and version is described."""
    paths = {}
    for group, version, _ in group_versions():
        place = _place(group, version)
        digest = hashlib.sha256(msgspec.json.encode(describe(place))).hexdigest()[:32].upper()
        paths[place] = {"serverRelativeURL": f"/openapi/v3/{place}?hash={digest}"}
    return {"paths": paths}


def describe(place: str) -> Raw:
    """The document of `api/v1` or `apis/group/version`; Refusal 404 for others."""
    for group, version, kinds in group_versions():
        if place == _place(group, version):
            return {
                "openapi": "3.0.0",
                "info": {"title": "Kubernetes", "version": "v1.32.0"},
                "paths": {path: item for kind in kinds for path, item in _paths(kind, version).items()},
                "components": {"schemas": {_schema_name(kind, version): _schema(kind, version) for kind in kinds}},
            }
    raise unknown_path()


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


def _schema_name(kind: KindSpec, version: str) -> str:
    reverse = ".".join(reversed(kind.group.split("."))) if kind.group else "io.k8s.api.core"
    return f"{reverse}.{version}.{kind.kind}"


def _schema(kind: KindSpec, version: str) -> Raw:
    return {
        "type": "object",
        "x-kubernetes-group-version-kind": [_names(kind, version)],
        "x-kubernetes-preserve-unknown-fields": True,
    }
