"""The HTTP rim: authenticate, authorize, find the verb, answer in the form that was asked for."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from lateen.apiserver import discovery, openapi, openapi_v2
from lateen.apiserver.accounts import Tokens
from lateen.apiserver.authentication import Authenticator
from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.feed import Feed
from lateen.apiserver.forms import parse_form
from lateen.apiserver.impersonation import impersonated
from lateen.apiserver.kubelet_link import KubeletLink
from lateen.apiserver.objects import Objects
from lateen.apiserver.paths import Target, is_resource_path, parse_path, verb_of
from lateen.apiserver.responses import document_response, json_response, read_body, refusal_response
from lateen.apiserver.reviews import Reviews
from lateen.apiserver.rules import Attributes
from lateen.apiserver.selectors import parse_fields
from lateen.apiserver.signing import Approver
from lateen.apiserver.status import Refusal, unknown_path
from lateen.apiserver.subresources import Subresources
from lateen.apiserver.tokens import ISSUER, TokenKey
from lateen.apiserver.user import User
from lateen.apiserver.verbs import ASKER, Verbs
from lateen.base.clock import Clock
from lateen.base.errors import LateenError

Raw = dict[str, Any]

BODY_BYTES = 3 * 1024 * 1024  # Kubernetes' own bound on a request
_HEALTH = frozenset({"/healthz", "/livez", "/readyz"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the rim stands on."""

    objects: Objects
    feed: Feed
    authenticator: Authenticator
    authorizer: Authorizer
    token_key: TokenKey
    approver: Approver
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
        self._reviews = Reviews(parts.authenticator, parts.authorizer)
        self._subresources = Subresources(parts.objects, self._verbs, tokens, parts.kubelet, parts.approver)

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
        except RecursionError:
            return refusal_response(Refusal(400, "the object is nested too deep"))
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            return refusal_response(Refusal(500, "an error on the server prevented the request from succeeding"))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request)
        if not is_resource_path(request.path):
            return self._document(request, user)
        target = parse_path(request.rel_url.raw_path)
        watch = request.query.get("watch") in ("true", "1")
        verb = verb_of(request.method, target, watch)
        if not verb:
            raise Refusal(405, "the server does not allow this method on the requested resource")
        if target.kind and target.kind.read_only and verb not in ("get", "list", "watch"):
            raise Refusal(405, f"{target.plural} cannot be written: {target.kind.read_only}")
        self._parts.authorizer.check(user, _attributes(request, target, verb))
        return await self._verb(request, target, verb, user)

    def _user(self, request: web.Request) -> User:
        """Who asks, or who they act as."""
        certificate = request.transport.get_extra_info("peercert") if request.transport else None
        user = self._parts.authenticator.user(request.headers.get("Authorization", ""), certificate)
        user = impersonated(user, request.headers, self._parts.authorizer)
        request[ASKER] = user
        return user

    def _document(self, request: web.Request, user: User) -> web.Response:
        """Answer a request for no resource: health, discovery and other documents."""
        path, accept = request.path, request.headers.get("Accept", "")
        self._parts.authorizer.check(user, Attributes(request.method.lower(), path=path))
        if request.method not in ("GET", "HEAD"):
            raise unknown_path()
        if path in _HEALTH:
            return web.Response(text="ok")
        if path == "/version":
            return json_response(discovery.VERSION)
        if path == "/openapi/v3":
            return document_response(request, openapi.index(), openapi.digest(openapi.index()))
        if path.startswith("/openapi/v3/"):
            document = openapi.describe(path.removeprefix("/openapi/v3/"))
            return document_response(request, document, openapi.digest(document))
        if path == "/openapi/v2":
            body, media = openapi_v2.document(accept)
            return web.Response(body=body, headers={"Content-Type": media})
        if path == "/openid/v1/jwks":
            return json_response(self._parts.token_key.jwks())
        if path == "/.well-known/openid-configuration":
            return json_response(_openid())
        found = discovery.answer(path, accept)
        if found is None:
            raise unknown_path()
        return json_response(found, media=discovery.content_type(accept, found))

    async def _verb(self, request: web.Request, target: Target, verb: str, user: User) -> web.StreamResponse:
        if target.kind is None:
            body = await read_body(request)
            return json_response(self._reviews.answer(target, body.object(), user), 201)
        if target.subresource:
            return await self._subresources.answer(request, target, verb, user)
        form = parse_form(
            target.kind,
            target.version,
            request.headers.get("Accept", ""),
            request.query.get("includeObject", ""),
        )
        return await self._verbs.by_name[verb](request, target, form)


def _attributes(request: web.Request, target: Target, verb: str) -> Attributes:
    """What is asked; a collection that is narrowed to one name asks for that object."""
    asked = target.attributes(verb)
    if not asked.name and verb in ("list", "watch", "deletecollection"):
        fields = parse_fields(request.query.get("fieldSelector", ""))
        return asked._replace(
            name=next((value for path, value, equal in fields if path == "metadata.name" and equal), "")
        )
    return asked


def _openid() -> Raw:
    return {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/openid/v1/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
