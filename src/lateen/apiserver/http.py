"""The HTTP rim: authenticate, authorize, find the verb, answer in the form that was asked for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from lateen.apiserver import discovery, openapi
from lateen.apiserver.accounts import Tokens
from lateen.apiserver.authentication import Authenticator, User
from lateen.apiserver.authorization import allowed, denial
from lateen.apiserver.deletion import parse_options
from lateen.apiserver.feed import Feed
from lateen.apiserver.forms import Form, Page, parse_form
from lateen.apiserver.kubelet_link import KubeletLink
from lateen.apiserver.listing import list_page
from lateen.apiserver.objects import Edit, Objects, Write
from lateen.apiserver.paths import Target, parse_path, verb_of
from lateen.apiserver.requests import APPLY, Body, edit_of, write_of
from lateen.apiserver.reviews import review
from lateen.apiserver.scale import scale_of, scaled
from lateen.apiserver.selectors import check_fields, parse_selector
from lateen.apiserver.status import Refusal, forbidden, success, unknown_path
from lateen.apiserver.tokens import ISSUER, TokenKey
from lateen.apiserver.versions import api_version, has_scale, has_status, served_form, stored_form
from lateen.apiserver.watching import Watch, parse_wish
from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

BODY_BYTES = 3 * 1024 * 1024  # Kubernetes' own bound on a request
_OPEN = frozenset({"/healthz", "/livez", "/readyz", "/version"})  # answered without saying who asks

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the rim stands on."""

    objects: Objects
    feed: Feed
    authenticator: Authenticator
    token_key: TokenKey
    kubelet: KubeletLink
    clock: Clock


def make_app(parts: Parts) -> web.Application:
    """The API as an aiohttp application."""
    app = web.Application(client_max_size=BODY_BYTES)
    app.router.add_route("*", "/{path:.*}", Rim(parts).answer)
    return app


class Rim:
    """Answers every request."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._objects, self._clock = parts.objects, parts.clock
        self._tokens = Tokens(parts.token_key, parts.objects.find, parts.clock)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer; what cannot be done is a `Status`, whatever happened."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return _refused(refusal)
        except web.HTTPRequestEntityTooLarge:
            return _refused(Refusal(413, f"Request entity too large: limit is {BODY_BYTES}"))
        except (asyncio.CancelledError, ConnectionError):
            raise
        except LateenError as error:
            return _refused(Refusal(400, str(error)))
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            return _refused(Refusal(500, "an error on the server prevented the request from succeeding"))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path in _OPEN:
            return _json(discovery.VERSION) if path == "/version" else web.Response(text="ok")
        user = self._parts.authenticator.user(request.headers.get("Authorization", ""))
        document = self._document(request)
        if document is not None:
            return document
        target = parse_path(request.rel_url.raw_path)
        watch = request.query.get("watch") in ("true", "1")
        verb = verb_of(request.method, target, watch)
        if not verb:
            raise Refusal(405, "the server does not allow this method on the requested resource")
        _authorize(user, target, verb)
        return await self._verb(request, target, verb, user)

    def _document(self, request: web.Request) -> web.Response | None:
        """Discovery and other documents that every authenticated user may read."""
        if request.method not in ("GET", "HEAD"):
            return None
        path, accept = request.path, request.headers.get("Accept", "")
        if path == "/openapi/v3":
            return _json(openapi.index())
        if path.startswith("/openapi/v3/"):
            return _json(openapi.describe(path.removeprefix("/openapi/v3/")))
        if path == "/openid/v1/jwks":
            return _json(self._parts.token_key.jwks())
        if path == "/.well-known/openid-configuration":
            return _json(_openid())
        document = discovery.answer(path, accept)
        return None if document is None else _json(document, media=discovery.content_type(accept, document))

    async def _verb(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        if target.kind is None:
            body = await _body(request)
            return _json(review(target.plural, body.object(), user, self._parts.authenticator), 201)
        if target.subresource:
            return await self._subresource(request, target, verb, user)
        form = parse_form(
            target.kind,
            target.version,
            request.headers.get("Accept", ""),
            request.query.get("includeObject", ""),
        )
        handlers: dict[str, Callable[[web.Request, Target, Form], Awaitable[web.StreamResponse]]] = {
            "get": self._get,
            "list": self._list,
            "watch": self._watch,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_all,
        }
        return await handlers[verb](request, target, form)

    async def _get(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        raw = self._objects.get(form.kind, target.key)
        return _bytes(form.one(raw, self._clock.now()))

    async def _list(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        return _bytes(form.many(self._page(request, target, form.kind), self._clock.now()))

    def _page(self, request: web.Request, target: Target, kind: KindSpec) -> Page:
        selector = parse_selector(request.query.get("labelSelector", ""), request.query.get("fieldSelector", ""))
        check_fields(kind.kind, selector)
        return list_page(self._objects.storage, kind.resource, target.namespace, selector, dict(request.query))

    async def _watch(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        query, storage = request.query, self._objects.storage
        selector = parse_selector(query.get("labelSelector", ""), query.get("fieldSelector", ""))
        check_fields(form.kind.kind, selector)
        wish = parse_wish(form, target.namespace, selector, dict(query), storage)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Cache-Control": "no-cache"})
        await response.prepare(request)
        await Watch(wish, storage, self._parts.feed, self._clock).run(response)
        await response.write_eof()
        return response

    async def _create(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        body = await _body(request)
        write = self._write(request, target, form.kind)
        raw = stored_form(body.object(), form.kind, target.version)
        _check_place(form.kind, target)
        stored = self._objects.create(form.kind, target.namespace, raw, write)
        return _bytes(form.one(stored, self._clock.now()), 201, write.warnings)

    async def _update(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        body = await _body(request)
        write = self._write(request, target, form.kind)
        raw = stored_form(body.object(), form.kind, target.version)
        stored = self._objects.update(form.kind, target.key, lambda _: raw, write)
        return _bytes(form.one(stored, self._clock.now()), 200, write.warnings)

    async def _patch(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        body = await _body(request)
        write, kind = self._write(request, target, form.kind), form.kind
        if body.media == APPLY:
            return self._apply(request, target, form, body)
        stored = self._objects.update(kind, target.key, _served_edit(kind, target.version, body), write)
        return _bytes(form.one(stored, self._clock.now()), 200, write.warnings)

    def _apply(self, request: web.Request, target: Target, form: Form, body: Body) -> web.StreamResponse:
        if not request.query.get("fieldManager"):
            raise Refusal(400, "fieldManager is required for apply patch")
        write = self._write(request, target, form.kind)
        config = stored_form(body.object(), form.kind, target.version)
        force = request.query.get("force") in ("true", "1")
        stored, created = self._objects.apply(form.kind, target.key, config, write, force=force)
        return _bytes(form.one(stored, self._clock.now()), 201 if created else 200, write.warnings)

    async def _delete(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        body = await _body(request)
        options = parse_options(body.object(), dict(request.query))
        raw, gone = self._objects.delete(form.kind, target.key, options, dry_run=_dry(request, body))
        if gone and not form.shape:
            return _json(success(_gone(form.kind, raw)))
        return _bytes(form.one(raw, self._clock.now()))

    async def _delete_all(self, request: web.Request, target: Target, form: Form) -> web.StreamResponse:
        body = await _body(request)
        options = parse_options(body.object(), dict(request.query))
        page = self._page(request, target, form.kind)
        for stored in page.bodies:
            meta = msgspec.json.decode(stored)["metadata"]
            key = Key(meta.get("namespace", ""), meta["name"])
            self._objects.delete(form.kind, key, options, dry_run=_dry(request, body))
        return _bytes(form.many(page, self._clock.now()))

    async def _subresource(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        kind = target.kind
        assert kind is not None
        match target.subresource, kind.kind:
            case "status", _ if has_status(kind):
                return await self._status(request, target, verb)
            case "scale", _ if has_scale(kind):
                return await self._scale(request, target, verb)
            case "token", "ServiceAccount" if verb == "create":
                body = await _body(request)
                return _json(self._tokens.issue(user, target.key, body.object()), 201)
            case "log", "Pod" if verb == "get":
                return await self._parts.kubelet.log(request, self._objects.get(kind, target.key))
            case "proxy", "Pod":
                return await self._proxy(request, target)
            case "finalize", "Namespace" if verb == "update":
                return await self._update(request, target, Form(kind, target.version))
        raise unknown_path()

    async def _status(self, request: web.Request, target: Target, verb: str) -> web.StreamResponse:
        kind = target.kind
        assert kind is not None
        form = Form(kind, target.version)
        if verb == "get":
            return await self._get(request, target, form)
        body = await _body(request)
        edit = _served_edit(kind, target.version, body) if verb == "patch" else _replacement(kind, target, body)
        stored = self._objects.update_status(kind, target.key, edit, self._write(request, target, kind))
        return _bytes(form.one(stored, self._clock.now()))

    async def _scale(self, request: web.Request, target: Target, verb: str) -> web.StreamResponse:
        kind = target.kind
        assert kind is not None
        if verb == "get":
            return _json(scale_of(self._objects.get(kind, target.key)))
        body = await _body(request)
        change: Edit = edit_of(kind, body) if verb == "patch" else lambda _: body.object()
        write = self._write(request, target, kind)
        stored = self._objects.update(kind, target.key, lambda raw: scaled(raw, change(scale_of(raw))), write)
        return _json(scale_of(stored))

    async def _proxy(self, request: web.Request, target: Target) -> web.StreamResponse:
        """The name may be `name`, `name:port` or `scheme:name:port`."""
        assert target.kind is not None
        named = target.name.split(":")
        name, port = (named[1], named[2]) if len(named) == 3 else (named[0], (*named, "")[1])
        pod = self._objects.get(target.kind, Key(target.namespace, name))
        return await self._parts.kubelet.proxy(request, pod, port, target.rest)

    def _write(self, request: web.Request, target: Target, kind: KindSpec) -> Write:
        agent = request.headers.get("User-Agent", "")
        return write_of(dict(request.query), agent, api_version(kind, target.version))


def _authorize(user: User, target: Target, verb: str) -> None:
    asked = target.attributes(verb)
    if not allowed(user, asked):
        raise forbidden(target.group, target.plural, target.name, denial(user, asked))


def _check_place(kind: KindSpec, target: Target) -> None:
    if kind.namespaced and not target.namespace:
        raise Refusal(405, "an object of this kind is created within a namespace")


def _served_edit(kind: KindSpec, version: str, body: Body) -> Edit:
    """A patch of the object as it is served in `version`."""
    change = edit_of(kind, body)
    return lambda raw: stored_form(change(served_form(raw, kind, version)), kind, version)


def _replacement(kind: KindSpec, target: Target, body: Body) -> Edit:
    raw = stored_form(body.object(), kind, target.version)
    return lambda _: raw


async def _body(request: web.Request) -> Body:
    return Body(await request.read(), request.content_type)


def _dry(request: web.Request, body: Body) -> bool:
    return request.query.get("dryRun") == "All" or "All" in (body.object().get("dryRun") or ())


def _gone(kind: KindSpec, raw: Raw) -> Raw:
    meta = raw["metadata"]
    group = {"group": kind.group} if kind.group else {}
    return {"name": meta["name"], **group, "kind": kind.plural, "uid": meta["uid"]}


def _openid() -> Raw:
    return {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/openid/v1/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def _json(value: Raw, code: int = 200, *, media: str = "application/json") -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=code, headers={"Content-Type": media})


def _bytes(body: bytes, code: int = 200, warnings: list[str] | None = None) -> web.Response:
    response = web.Response(body=body, status=code, content_type="application/json")
    for warning in warnings or ():
        text = warning.replace("\\", "").replace('"', "'").replace("\n", " ")
        response.headers.add("Warning", f'299 - "{text[:500]}"')
    return response


def _refused(refusal: Refusal) -> web.Response:
    response = _json(refusal.status(), refusal.code)
    if refusal.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
