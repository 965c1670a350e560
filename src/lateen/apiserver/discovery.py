"""Tell clients which groups, versions and resources are served."""

from collections.abc import Iterator
from typing import Any

from lateen.apiserver.paths import NAMESPACED_REVIEWS, REVIEWS
from lateen.apiserver.status import unknown_path
from lateen.apiserver.versions import has_scale, has_status
from lateen.kinds.all import GROUPS, KINDS
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

# https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.0+lateen",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}
_READ_WRITE = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_READ = ["get", "list", "watch"]
_PART = ["get", "patch", "update"]
_REVIEW_KINDS = {
    "tokenreviews": "TokenReview",
    "selfsubjectreviews": "SelfSubjectReview",
    "selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews": "SelfSubjectRulesReview",
    "localsubjectaccessreviews": "LocalSubjectAccessReview",
    "subjectaccessreviews": "SubjectAccessReview",
}


def answer(path: str, accept: str = "") -> Raw | None:
    """The document at a discovery path (/api, /apis, /apis/group, /api/v1, /apis/group/version), None elsewhere."""
    aggregated = "as=APIGroupDiscoveryList" in accept and "v=v2" in accept.replace("v=v2beta1", "")
    match path.strip("/").split("/"):
        case ["api"]:
            return _aggregated("") if aggregated else {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            return _aggregated(*_groups()) if aggregated else _group_list()
        case ["apis", group] if group in _groups():
            return {"kind": "APIGroup", "apiVersion": "v1"} | _group(group)
        case ["api", version]:
            return _resource_list("", version)
        case ["apis", group, version]:
            return _resource_list(group, version)
    return None


def content_type(accept: str, document: Raw) -> str:
    """The media type of a discovery document."""
    if document["kind"] == "APIGroupDiscoveryList":
        return "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    return "application/json"


def _groups() -> list[str]:
    return list(dict.fromkeys([group for group in GROUPS if group] + list(REVIEWS)))


def _versions(group: str) -> list[str]:
    versions = dict.fromkeys(version for kind in KINDS if kind.group == group for version in kind.versions)
    return list(versions) or ["v1"]


def _group_list() -> Raw:
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(group) for group in _groups()]}


def _group(group: str) -> Raw:
    versions = [{"groupVersion": f"{group}/{version}", "version": version} for version in _versions(group)]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resource_list(group: str, version: str) -> Raw:
    if version not in _versions(group) or (group and group not in _groups()):
        raise unknown_path()
    resources = [resource for kind in _kinds(group, version) for resource in _resources(kind, version)]
    named = f"{group}/{version}" if group else version
    reviews = [_review(plural) for plural in REVIEWS.get(group, ())]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": named,
        "resources": resources + reviews,
    }


def _kinds(group: str, version: str) -> list[KindSpec]:
    """In the order of their names, which is the order in which `kubectl get all` prints them."""
    found = [kind for kind in KINDS if kind.group == group and version in kind.versions]
    return sorted(found, key=lambda kind: kind.plural)


def _resources(kind: KindSpec, version: str) -> Iterator[Raw]:
    whole: Raw = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": _READ if kind.read_only else _READ_WRITE,
    }
    whole |= {"shortNames": list(kind.short_names)} if kind.short_names else {}
    yield whole | ({"categories": list(kind.categories)} if kind.categories else {})
    for name, subkind, verbs in subresources(kind, version):
        yield {
            "name": f"{kind.plural}/{name}",
            "singularName": "",
            "namespaced": kind.namespaced,
            "verbs": verbs,
        } | subkind


def subresources(kind: KindSpec, version: str) -> Iterator[tuple[str, Raw, list[str]]]:
    """Yield (name, kind of its body, verbs) of every subresource of a kind."""
    if has_status(kind):
        yield "status", {"kind": kind.kind}, _PART
    if (kind.group, kind.kind) == ("certificates.k8s.io", "CertificateSigningRequest"):
        yield "approval", {"kind": kind.kind}, _PART
    if has_scale(kind):
        yield "scale", {"group": "autoscaling", "version": "v1", "kind": "Scale"}, _PART
    if (kind.group, kind.kind) == ("", "Pod"):
        yield "log", {"kind": "Pod"}, ["get"]
        yield "exec", {"kind": "PodExecOptions"}, ["create", "get"]
        yield "attach", {"kind": "PodAttachOptions"}, ["create", "get"]
        yield "portforward", {"kind": "PodPortForwardOptions"}, ["create", "get"]
        yield "proxy", {"kind": "PodProxyOptions"}, ["create", "delete", "get", "patch", "update"]
    if (kind.group, kind.kind) == ("", "ServiceAccount"):
        token = {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenRequest"}
        yield "token", token, ["create"]


def _review(plural: str) -> Raw:
    return {
        "name": plural,
        "singularName": plural[:-1],
        "namespaced": plural in NAMESPACED_REVIEWS,
        "kind": _REVIEW_KINDS[plural],
        "verbs": ["create"],
    }


def _aggregated(*groups: str) -> Raw:
    items = [
        {
            "metadata": {"name": group, "creationTimestamp": None} if group else {"creationTimestamp": None},
            "versions": [_aggregated_version(group, version) for version in _versions(group)],
        }
        for group in groups
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _aggregated_version(group: str, version: str) -> Raw:
    resources = [_aggregated_resource(kind, version) for kind in _kinds(group, version)]
    reviews = [_aggregated_review(group, plural) for plural in REVIEWS.get(group, ())]
    return {"version": version, "freshness": "Current", "resources": resources + reviews}


def _aggregated_review(group: str, plural: str) -> Raw:
    return {
        "resource": plural,
        "responseKind": {"group": group, "version": "v1", "kind": _REVIEW_KINDS[plural]},
        "scope": "Namespaced" if plural in NAMESPACED_REVIEWS else "Cluster",
        "singularResource": plural[:-1],
        "verbs": ["create"],
    }


def _aggregated_resource(kind: KindSpec, version: str) -> Raw:
    own = {"group": kind.group, "version": version, "kind": kind.kind}
    parts = [
        {"subresource": name, "responseKind": own | subkind, "verbs": verbs}
        for name, subkind, verbs in subresources(kind, version)
    ]
    resource: Raw = {
        "resource": kind.plural,
        "responseKind": own,
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": _READ_WRITE,
    }
    resource |= {"shortNames": list(kind.short_names)} if kind.short_names else {}
    resource |= {"categories": list(kind.categories)} if kind.categories else {}
    return resource | ({"subresources": parts} if parts else {})


def group_versions() -> Iterator[tuple[str, str, list[KindSpec]]]:
    """Yield (group, version, its kinds) of everything served."""
    for group in GROUPS:
        for version in _versions(group):
            yield group, version, _kinds(group, version)
