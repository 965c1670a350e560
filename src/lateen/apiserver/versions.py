"""Which version an object is written, stored and served in, and what of it counts as a new generation."""

from typing import Any

from lateen.apiserver.status import bad_request
from lateen.kinds.schema import encoded_names
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

# Kinds of these groups carry no generation.
_UNCOUNTED = frozenset({"", "certificates.k8s.io", "coordination.k8s.io", "rbac.authorization.k8s.io"})


def stored_form(raw: Raw, kind: KindSpec, version: str) -> Raw:
    """Return `raw`, sent to the endpoint of `version`, as it is stored: in the kind's preferred version.

    All versions of a kind have one schema: only the name of the version changes. Raises Refusal 400.
    """
    expected = api_version(kind, version)
    named = raw.get("apiVersion", expected), raw.get("kind", kind.kind)
    if named[1] != kind.kind:
        raise bad_request(f"the kind in the data ({named[1]}) does not match the expected kind ({kind.kind})")
    if named[0] != expected:
        raise bad_request(
            f"the API version in the data ({named[0]}) does not match the expected API version ({expected})"
        )
    rest = {name: value for name, value in raw.items() if name not in ("apiVersion", "kind")}
    return {"apiVersion": kind.api_versions[0], "kind": kind.kind} | rest


def served_form(raw: Raw, kind: KindSpec, version: str) -> Raw:
    """Return a stored object as the endpoint of `version` serves it."""
    return raw if version == kind.versions[0] else raw | {"apiVersion": api_version(kind, version)}


def api_version(kind: KindSpec, version: str) -> str:
    """The apiVersion of a version of the kind."""
    return f"{kind.group}/{version}" if kind.group else version


def has_status(kind: KindSpec) -> bool:
    """Say whether the kind has a status, and with it the subresource of that name."""
    return "status" in encoded_names(kind.model)


def has_scale(kind: KindSpec) -> bool:
    """Say whether the kind has the subresource scale."""
    return kind.group == "apps" and kind.kind in ("Deployment", "ReplicaSet", "StatefulSet")


def counts_generations(kind: KindSpec) -> bool:
    """Say whether the kind's metadata.generation counts the changes of what users want."""
    return kind.group not in _UNCOUNTED


def same_wish(before: Raw, after: Raw) -> bool:
    """Say whether nothing but metadata and status differs."""
    ignored = ("metadata", "status")
    return {name: value for name, value in before.items() if name not in ignored} == {
        name: value for name, value in after.items() if name not in ignored
    }
