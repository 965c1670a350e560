"""The verbs of collections and objects, from request to response."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from lateen.apiserver.deletion import parse_options
from lateen.apiserver.feed import Feed
from lateen.apiserver.forms import Form, Page
from lateen.apiserver.listing import list_page
from lateen.apiserver.objects import Edit, Objects, Write
from lateen.apiserver.options import OF_METHOD, forbidden_option, refused
from lateen.apiserver.paths import Target
from lateen.apiserver.requests import APPLY, Body, dry_run_of, edit_of, write_of
from lateen.apiserver.responses import body_response, json_response, read_body
from lateen.apiserver.selectors import Selector, check_fields, parse_selector
from lateen.apiserver.status import Refusal, bad_request, invalid, success
from lateen.apiserver.user import User
from lateen.apiserver.versions import api_version, served_form, stored_form
from lateen.apiserver.watching import Watch, parse_wish
from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
ASKER = web.RequestKey("asker", User)  # who sent a request, or whom they act as
Handler = Callable[[web.Request, Target, Form], Awaitable[web.StreamResponse]]


class Verbs:
    """What can be done with objects and collections."""

    def __init__(self, objects: Objects, feed: Feed, clock: Clock) -> None:
        self._objects, self._feed, self._clock = objects, feed, clock
        self.by_name: dict[str, Handler] = {
            "get": self.get,
            "list": self.list,
            "watch": self.watch,
            "create": self.create,
            "update": self.update,
            "patch": self.patch,
            "delete": self.delete,
            "deletecollection": self.delete_all,
        }

    async def get(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Answer with one object."""
        raw = self._objects.get(form.kind, target.key)
        return body_response(form.one(raw, self._clock.now()))

    async def list(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Answer with a page of a collection."""
        return body_response(form.many(self._page(request, target, form.kind), self._clock.now()))

    def _page(self, request: web.Request, target: Target, kind: KindSpec) -> Page:
        selector = _selector(request, kind)
        return list_page(self._objects.storage, kind.resource, target.namespace, selector, dict(request.query))

    async def watch(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Answer with a stream of changes."""
        storage = self._objects.storage
        wish = parse_wish(form, target.namespace, _selector(request, form.kind), dict(request.query), storage)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Cache-Control": "no-cache"})
        await response.prepare(request)
        await Watch(wish, storage, self._feed, self._clock).run(response)
        await response.write_eof()
        return response

    async def create(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Store a new object."""
        body = await read_body(request)
        write = write_from(request, target)
        raw = stored_form(body.object(), form.kind, target.version)
        _check_place(form.kind, target)
        stored = self._objects.create(form.kind, target.namespace, raw, write)
        return body_response(form.one(stored, self._clock.now()), 201, write.warnings)

    async def update(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Replace an object."""
        body = await read_body(request)
        write = write_from(request, target)
        raw = stored_form(body.object(), form.kind, target.version)
        if not form.kind.built_in:
            _check_version(form.kind, raw)
        stored = self._objects.update(form.kind, target.key, lambda _: raw, write)
        return body_response(form.one(stored, self._clock.now()), 200, write.warnings)

    async def patch(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Patch an object, by any of the four kinds of patch."""
        body = await read_body(request)
        write, kind = write_from(request, target), form.kind
        if body.media == APPLY:
            return self._apply(request, target, form, body)
        if "force" in request.query:
            raise forbidden_option("PatchOptions", "force", "may not be specified for non-apply patch")
        stored = self._objects.update(kind, target.key, served_edit(kind, target.version, body), write)
        return body_response(form.one(stored, self._clock.now()), 200, write.warnings)

    def _apply(self, request: web.Request, target: Target, form: Form, body: Body) -> web.StreamResponse:
        force, config = applied(request, form, body)
        write = write_from(request, target)
        stored, created = self._objects.apply(form.kind, target.key, config, write, force=force)
        return body_response(form.one(stored, self._clock.now()), 201 if created else 200, write.warnings)

    async def delete(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Delete an object, or begin to."""
        body = await read_body(request)
        options = parse_options(body.object(), dict(request.query))
        raw, gone = self._objects.delete(form.kind, target.key, options, dry_run=_dry(request, body))
        if gone and not form.shape:
            return json_response(success(_gone(form.kind, raw)))
        return body_response(form.one(raw, self._clock.now()))

    async def delete_all(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        """Delete what a selection holds; answers with what it was."""
        if form.kind.kind == "Namespace":
            raise Refusal(405, "namespaces are deleted one by one: the server does not allow this method on them")
        body = await read_body(request)
        options = parse_options(body.object(), dict(request.query))
        page = self._page(request, target, form.kind)
        for stored in page.bodies:
            meta = msgspec.json.decode(stored)["metadata"]
            key = Key(meta.get("namespace", ""), meta["name"])
            self._objects.delete(form.kind, key, options, dry_run=_dry(request, body))
        return body_response(form.many(page, self._clock.now()))


def write_from(request: web.Request, target: Target) -> Write:
    """The options of a write, and who is held to what they may do."""
    assert target.kind is not None
    agent = request.headers.get("User-Agent", "")
    options = OF_METHOD[request.method]
    write = write_of(dict(request.query), agent, api_version(target.kind, target.version), options)
    return write._replace(user=request.get(ASKER))


def applied(request: web.Request, form: Form, body: Body) -> tuple[bool, Raw]:
    """Whether an apply is forced, and what is applied, as stored. Refusal 422 when nobody says who applies, 400 when
    the object does not say what it is."""
    if not request.query.get("fieldManager"):
        raise refused(
            "PatchOptions", "fieldManager", "FieldValueRequired", "Required value: is required for apply patch"
        )
    raw = body.object()
    if missing := [part for part in ("apiVersion", "kind", "metadata") if not raw.get(part)]:
        raise bad_request(f"an applied object says what it is: {', '.join(missing)} must be set")
    return request.query.get("force") in ("true", "1"), stored_form(raw, form.kind, form.version)


def served_edit(kind: KindSpec, version: str, body: Body) -> Edit:
    """A patch of the object as it is served in `version`."""
    change = edit_of(kind, body)
    return lambda raw: stored_form(change(served_form(raw, kind, version)), kind, version)


def _selector(request: web.Request, kind: KindSpec) -> Selector:
    selector = parse_selector(request.query.get("labelSelector", ""), request.query.get("fieldSelector", ""))
    check_fields(kind.kind, selector)
    return selector


def _check_place(kind: KindSpec, target: Target) -> None:
    if kind.namespaced and not target.namespace:
        raise Refusal(405, "an object of this kind is created within a namespace")


def _check_version(kind: KindSpec, raw: Raw) -> None:
    """A custom object is replaced only by who says what they replace."""
    meta = raw.get("metadata") or {}
    if not meta.get("resourceVersion"):
        message = "Invalid value: 0: must be specified for an update"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "metadata.resourceVersion"}
        raise invalid(kind.group, kind.kind, str(meta.get("name", "")), [cause])


def _dry(request: web.Request, body: Body) -> bool:
    return dry_run_of(request.query, "DeleteOptions") or "All" in (body.object().get("dryRun") or ())


def _gone(kind: KindSpec, raw: Raw) -> Raw:
    meta = raw["metadata"]
    group = {"group": kind.group} if kind.group else {}
    return {"name": meta["name"], **group, "kind": kind.plural, "uid": meta["uid"]}
