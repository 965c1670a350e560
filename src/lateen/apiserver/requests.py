"""Read what a request says beside its path: body, patch type, options of a write."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import yaml

from lateen.apiserver import protobuf_body
from lateen.apiserver.json_patch import json_patch
from lateen.apiserver.merge_patch import merge_patch
from lateen.apiserver.objects import Edit, Write
from lateen.apiserver.options import Options, refused, unsupported
from lateen.apiserver.shapes import shape_of
from lateen.apiserver.status import Refusal, bad_request
from lateen.apiserver.strategic_patch import strategic_patch
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"


_MEDIA = frozenset({"application/json", "application/yaml", APPLY, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH})

_LONGEST_MANAGER = 128  # characters


class Body(NamedTuple):
    """A request's body and media type, undecoded."""

    data: bytes
    media: str

    def decoded(self) -> Any:
        """The value, from JSON or YAML; Refusal 400 when it is neither."""
        if self.media == protobuf_body.MEDIA:
            return protobuf_body.decode_body(self.data)
        if self.media not in _MEDIA:
            told = ", ".join(sorted(_MEDIA))
            raise Refusal(415, f"the body is {self.media}; accepted media types include: {told}")
        try:
            if self.media in ("application/yaml", APPLY):
                return yaml.load(self.data, Loader=_Loader)  # noqa: S506 (a SafeLoader)
            return msgspec.json.decode(self.data)
        except (msgspec.DecodeError, yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
            raise bad_request(f"the body cannot be read: {error}") from None

    def object(self) -> Raw:
        """The value, which must be an object; {} for an empty body."""
        value = self.decoded() if self.data else {}
        if not isinstance(value, dict):
            raise bad_request("the body must be an object")
        return value


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as JSON's superset: a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def edit_of(kind: KindSpec, body: Body) -> Edit:
    """The change that a patch makes; Refusal 415 for a media type that is no patch for the kind."""
    patch = body.decoded()
    match body.media:
        case "application/json-patch+json":
            return lambda raw: _object(json_patch(raw, patch))
        case "application/merge-patch+json":
            return lambda raw: _object(merge_patch(raw, patch))
        case "application/strategic-merge-patch+json" if kind.built_in:
            return lambda raw: strategic_patch(raw, patch, shape_of(kind.group, kind.kind))
    accepted = ", ".join((JSON_PATCH, MERGE_PATCH, APPLY) + ((STRATEGIC_PATCH,) if kind.built_in else ()))
    raise Refusal(
        415,
        f"the body of the request was in an unknown format - accepted media types include: {accepted}",
    )


def _object(value: Any) -> Raw:
    if not isinstance(value, dict):
        raise bad_request("the patch leaves no object")
    return value


def write_of(query: Mapping[str, str], agent: str, api_version: str, options: Options = "UpdateOptions") -> Write:
    """The options of a write: who it is by, whether it is for show, what unknown fields mean.

    `options`: what they are called for this kind of request. Raises Refusal 422.
    """
    dry_run = dry_run_of(query, options)
    fields = query.get("fieldValidation") or "Ignore"
    if fields not in ("Strict", "Warn", "Ignore"):
        raise unsupported(options, "fieldValidation", fields, "Ignore", "Strict", "Warn")
    manager = query.get("fieldManager") or agent.partition("/")[0] or "unknown"
    if len(manager) > _LONGEST_MANAGER:
        raise refused(
            options, "fieldManager", "FieldValueTooLong", f"Too long: may not be more than {_LONGEST_MANAGER}"
        )
    if not manager.isprintable():
        raise refused(options, "fieldManager", "FieldValueInvalid", f"Invalid value: {manager!r}: should be printable")
    return Write(manager, api_version, dry_run, fields, [])  # type: ignore[arg-type]


def dry_run_of(query: Mapping[str, str], options: Options) -> bool:
    """Whether a request is for show. Raises Refusal 422."""
    if (asked := query.get("dryRun", "")) not in ("", "All"):
        raise unsupported(options, "dryRun", asked, "All")
    return bool(asked)
