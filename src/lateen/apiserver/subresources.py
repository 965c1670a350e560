"""The subresources of objects: status, approval, scale, token, log, exec, attach, portforward, proxy, finalize."""

from aiohttp import web

from lateen.apiserver.accounts import Tokens
from lateen.apiserver.forms import Form
from lateen.apiserver.kubelet_link import KubeletLink
from lateen.apiserver.objects import Edit, Objects
from lateen.apiserver.paths import Target
from lateen.apiserver.requests import APPLY, Body, edit_of
from lateen.apiserver.responses import body_response, json_response, read_body
from lateen.apiserver.scale import scale_of, scaled
from lateen.apiserver.signing import Approver
from lateen.apiserver.status import unknown_path
from lateen.apiserver.user import User
from lateen.apiserver.verbs import Verbs, applied, served_edit, write_from
from lateen.apiserver.versions import has_scale, has_status, stored_form
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec


class Subresources:
    """What can be done with a part of an object, or through it."""

    def __init__(
        self, objects: Objects, verbs: Verbs, tokens: Tokens, kubelet: KubeletLink, approver: Approver
    ) -> None:
        self._objects, self._verbs, self._tokens, self._kubelet = objects, verbs, tokens, kubelet
        self._approver = approver

    async def answer(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        """Answer a request for a subresource; Refusal 404 for one that the kind does not have."""
        kind = target.kind
        assert kind is not None
        match target.subresource, kind.kind:
            case "status", _ if has_status(kind):
                return await self._status(request, target, verb)
            case "approval", "CertificateSigningRequest":
                return await self._approval(request, target, verb, user)
            case "scale", _ if has_scale(kind):
                return await self._scale(request, target, verb)
            case "token", "ServiceAccount" if verb == "create":
                body = await read_body(request)
                return json_response(self._tokens.issue(user, target.key, body.object()), 201)
            case "log", "Pod" if verb == "get":
                return await self._kubelet.log(request, self._objects.get(kind, target.key))
            case "exec" | "attach", "Pod" if verb == "create":
                return await self._kubelet.command(request, self._objects.get(kind, target.key), target.subresource)
            case "portforward", "Pod" if verb == "create":
                return await self._kubelet.forward(request, self._objects.get(kind, target.key))
            case "proxy", "Pod":
                return await self._proxy(request, target)
            case "finalize", "Namespace" if verb == "update":
                return await self._verbs.update(request, target, Form(kind, target.version))
        raise unknown_path()

    async def _status(self, request: web.Request, target: Target, verb: str) -> web.StreamResponse:
        kind = target.kind
        assert kind is not None
        form = Form(kind, target.version)
        if verb == "get":
            return await self._verbs.get(request, target, form)
        body = await read_body(request)
        write = write_from(request, target)
        if body.media == APPLY:
            force, config = applied(request, form, body)
            stored = self._objects.apply_status(kind, target.key, config, write, force=force)
            return body_response(form.one(stored, 0.0))
        edit = served_edit(kind, target.version, body) if verb == "patch" else _replacement(kind, target, body)
        stored = self._objects.update_status(kind, target.key, edit, write)
        return body_response(form.one(stored, 0.0))

    async def _approval(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        """Approve or deny a request for a certificate; what is approved is signed at once."""
        kind = target.kind
        assert kind is not None
        form, raw = Form(kind, target.version), self._objects.get(kind, target.key)
        if verb == "get":
            return await self._verbs.get(request, target, form)
        self._approver.check(user, raw)
        body = await read_body(request)
        edit = served_edit(kind, target.version, body) if verb == "patch" else _replacement(kind, target, body)
        write = write_from(request, target)
        stored = self._objects.update_status(
            kind, target.key, lambda live: self._approver.decide(live, edit(live)), write
        )
        return body_response(form.one(stored, 0.0))

    async def _scale(self, request: web.Request, target: Target, verb: str) -> web.StreamResponse:
        kind = target.kind
        assert kind is not None
        if verb == "get":
            return json_response(scale_of(self._objects.get(kind, target.key)))
        body = await read_body(request)
        change: Edit = edit_of(kind, body) if verb == "patch" else lambda _: body.object()
        write = write_from(request, target)
        stored = self._objects.update(kind, target.key, lambda raw: scaled(raw, change(scale_of(raw))), write)
        return json_response(scale_of(stored))

    async def _proxy(self, request: web.Request, target: Target) -> web.StreamResponse:
        """The name may be `name`, `name:port` or `scheme:name:port`."""
        assert target.kind is not None
        named = target.name.split(":")
        name, port = (named[1], named[2]) if len(named) == 3 else (named[0], (*named, "")[1])
        pod = self._objects.get(target.kind, Key(target.namespace, name))
        return await self._kubelet.proxy(request, pod, port, target.rest)


def _replacement(kind: KindSpec, target: Target, body: Body) -> Edit:
    raw = stored_form(body.object(), kind, target.version)
    return lambda _: raw
