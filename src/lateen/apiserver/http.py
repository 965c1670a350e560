"""The HTTP rim: authenticate, authorize, find the verb, answer in the form that was asked for."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from lateen.apiserver import discovery, openapi
from lateen.apiserver.accounts import Tokens
from lateen.apiserver.authentication import Authenticator, User
from lateen.apiserver.authorization import allowed, denial
from lateen.apiserver.feed import Feed
from lateen.apiserver.forms import parse_form
from lateen.apiserver.kubelet_link import KubeletLink
from lateen.apiserver.objects import Objects
from lateen.apiserver.paths import Target, parse_path, verb_of
from lateen.apiserver.responses import document_response, json_response, read_body, refusal_response
from lateen.apiserver.reviews import review
from lateen.apiserver.status import Refusal, forbidden
from lateen.apiserver.subresources import Subresources
from lateen.apiserver.tokens import ISSUER, TokenKey
from lateen.apiserver.verbs import Verbs
from lateen.base.clock import Clock
from lateen.base.errors import LateenError

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
        self._verbs = Verbs(parts.objects, parts.feed, parts.clock)
        tokens = Tokens(parts.token_key, parts.objects.find, parts.clock)
        self._subresources = Subresources(parts.objects, self._verbs, tokens, parts.kubelet)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer; what cannot be done is a `Status`, whatever happened."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return refusal_response(refusal)
        except web.HTTPRequestEntityTooLarge:
            return refusal_response(Refusal(413, f"Request entity too large: limit is {BODY_BYTES}"))
        except (asyncio.CancelledError, ConnectionError):
            raise
        except LateenError as error:
            return refusal_response(Refusal(400, str(error)))
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            return refusal_response(Refusal(500, "an error on the server prevented the request from succeeding"))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path in _OPEN:
            return json_response(discovery.VERSION) if path == "/version" else web.Response(text="ok")
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
            return document_response(request, openapi.index(), openapi.digest(openapi.index()))
        if path.startswith("/openapi/v3/"):
            document = openapi.describe(path.removeprefix("/openapi/v3/"))
            return document_response(request, document, openapi.digest(document))
        if path == "/openid/v1/jwks":
            return json_response(self._parts.token_key.jwks())
        if path == "/.well-known/openid-configuration":
            return json_response(_openid())
        found = discovery.answer(path, accept)
        return None if found is None else json_response(found, media=discovery.content_type(accept, found))

    async def _verb(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        if target.kind is None:
            body = await read_body(request)
            return json_response(review(target.plural, body.object(), user, self._parts.authenticator), 201)
        if target.subresource:
            return await self._subresources.answer(request, target, verb, user)
        form = parse_form(
            target.kind,
            target.version,
            request.headers.get("Accept", ""),
            request.query.get("includeObject", ""),
        )
        return await self._verbs.by_name[verb](request, target, form)


def _authorize(user: User, target: Target, verb: str) -> None:
    asked = target.attributes(verb)
    if not allowed(user, asked):
        raise forbidden(target.group, target.plural, target.name, denial(user, asked))


def _openid() -> Raw:
    return {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/openid/v1/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
