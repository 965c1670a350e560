"""The forms that objects are answered in: whole, as metadata alone, or as tables, as the Accept header asks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.feed import Notice
from lateen.apiserver.selectors import Selector
from lateen.apiserver.status import Refusal
from lateen.apiserver.tables import Include, partial, table
from lateen.apiserver.versions import api_version, served_form
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

_PARTIAL = frozenset({"PartialObjectMetadata", "PartialObjectMetadataList"})


class Page(NamedTuple):
    """A list as it is answered: stored objects (decoded only when that was needed), and where to go on."""

    bodies: Sequence[bytes]
    revision: int
    next: str = ""
    remaining: int = 0

    def metadata(self) -> Raw:
        """The list's own metadata."""
        meta: Raw = {"resourceVersion": str(self.revision)}
        meta |= {"continue": self.next} if self.next else {}
        return meta | ({"remainingItemCount": self.remaining} if self.next and self.remaining else {})


class Form(NamedTuple):
    """How a client wants objects of one kind and version; `shape`: "" (whole), Table or PartialObjectMetadata."""

    kind: KindSpec
    version: str
    shape: str = ""
    include: Include = "Metadata"

    @property
    def name(self) -> str:
        """What tells one form from another, for one kind."""
        return f"{self.version}/{self.shape}/{self.include}"

    @property
    def _stored(self) -> bool:
        """Say whether stored bodies are the answer as they are."""
        return not self.shape and self.version == self.kind.versions[0]

    def one(self, raw: Raw, now: float) -> bytes:
        """Encode one object."""
        served = served_form(raw, self.kind, self.version)
        if self.shape == "Table":
            answer = table(self.kind, [served], self.include, now)
            answer["metadata"] = {"resourceVersion": raw["metadata"].get("resourceVersion", "")}
            return msgspec.json.encode(answer)
        return msgspec.json.encode(partial(served) if self.shape else served)

    def many(self, page: Page, now: float) -> bytes:
        """Encode a list. Whole objects in the stored version are joined as they are, not encoded again."""
        head: Raw
        if self._stored:
            head = {"kind": f"{self.kind.kind}List", "apiVersion": api_version(self.kind, self.version)}
            start = msgspec.json.encode(head | {"metadata": page.metadata()})[:-1]
            return b'%b,"items":[%b]}\n' % (start, b",".join(page.bodies))
        raws = [served_form(msgspec.json.decode(body), self.kind, self.version) for body in page.bodies]
        if self.shape == "Table":
            return msgspec.json.encode(table(self.kind, raws, self.include, now) | {"metadata": page.metadata()})
        if self.shape:
            head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            raws = [partial(raw) for raw in raws]
        else:
            head = {"kind": f"{self.kind.kind}List", "apiVersion": api_version(self.kind, self.version)}
        return msgspec.json.encode(head | {"metadata": page.metadata(), "items": raws})

    def line(self, notice: Notice, selector: Selector, now: float) -> bytes:
        """The line of a watch for a change, b"" when the selector does not see it."""
        event, leaving = notice.seen_by(selector)
        if not event:
            return b""
        if self._stored and not leaving:
            return notice.line(event, "", lambda: event_line(event, notice.change.body))
        raw = notice.past if leaving else notice.raw
        assert raw is not None
        return notice.line(event, f"{self.name}/{leaving}", lambda: event_line(event, self.one(raw, now)))

    def first(self, body: bytes, now: float) -> bytes:
        """The line of a watch that begins with what there is already."""
        return event_line("ADDED", body if self._stored else self.one(msgspec.json.decode(body), now))

    def bookmark(self, revision: int, *, initial: bool = False) -> bytes:
        """The line that says how far a watch has come; `initial`: that all there was has been told."""
        meta: Raw = {"resourceVersion": str(revision)}
        if initial:
            meta["annotations"] = {"k8s.io/initial-events-end": "true"}
        if self.shape == "Table":
            head = table(self.kind, [], self.include, 0.0)
            return event_line("BOOKMARK", msgspec.json.encode(head | {"metadata": meta}))
        raw = {"kind": self.kind.kind, "apiVersion": api_version(self.kind, self.version), "metadata": meta}
        return event_line("BOOKMARK", msgspec.json.encode(partial(raw) if self.shape else raw))


def event_line(event: str, body: bytes) -> bytes:
    """One line of a watch."""
    return b'{"type":"%b","object":%b}\n' % (event.encode(), body)


def parse_form(kind: KindSpec, version: str, accept: str, include: str = "") -> Form:
    """Choose the first form of an Accept header that there is; Refusal 406 when there is none."""
    if include not in ("", "Metadata", "Object", "None"):
        raise Refusal(400, f"includeObject {include!r} is none of Metadata, Object, None")
    for entry in (accept or "*/*").split(","):
        media, *parameters = (part.strip() for part in entry.split(";"))
        named = dict(parameter.partition("=")[::2] for parameter in parameters)
        shape = named.get("as", "")
        if media not in ("application/json", "application/*", "*/*"):
            continue
        if shape and named.get("v", "v1") != "v1":
            continue
        if shape in ("", "Table") or shape in _PARTIAL:
            shape = "PartialObjectMetadata" if shape in _PARTIAL else shape
            return Form(kind, version, shape, include or "Metadata")  # type: ignore[arg-type]
    raise Refusal(406, "only application/json is served (whole, as=Table or as=PartialObjectMetadata, v=v1)")
