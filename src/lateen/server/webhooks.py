"""Answer API servers that ask about objects before they store them: pods get proxies, wrong configuration is refused.

https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
"""

import logging
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from lateen.base.errors import Invalid
from lateen.identity.authority import KeyPair
from lateen.inject.review import request_of

_log = logging.getLogger(__name__)

Json = dict[str, Any]
# Takes what an AdmissionReview asks, and returns the AdmissionReview that answers.
Review = Callable[[Json], Awaitable[Json]]

_LARGEST = 8 << 20
"""Bytes. An API server's objects have at most 3 MiB, and updates come with the old one."""


class WebhookServer:
    """Serves reviews over TLS; the certificate may change while it runs."""

    def __init__(self, reviews: Mapping[str, Review], certificate: Callable[[], KeyPair], port: int) -> None:
        """`reviews` by path; paths below are theirs, too (`/inject/cluster/…`)."""
        self._reviews, self._certificate, self._port = reviews, certificate, port
        self._runner = web.AppRunner(self.app(), access_log=None)

    def app(self) -> web.Application:
        """Return the routes."""
        app = web.Application(client_max_size=_LARGEST)
        for path, review in self._reviews.items():
            app.router.add_post(f"{path}{{rest:(/.*)?}}", _answering(review))
        return app

    async def start(self) -> int:
        """Begin to answer, and return the port (of IPv4). Raises OSError when it is taken."""
        await self._runner.setup()
        shown = self._certificate()
        first = newest = context_of(shown)

        def present(asking: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            # A context's new certificate is for the next handshake only: this one gets another context.
            nonlocal shown, newest
            if (pair := self._certificate()) is not shown:
                shown, newest = pair, context_of(pair)
            asking.context = newest

        first.sni_callback = present
        site = web.TCPSite(self._runner, None, self._port, ssl_context=first)
        await site.start()
        return next(int(port) for host, port, *_ in self._runner.addresses if ":" not in host)

    async def stop(self) -> None:
        """Stop answering, after what is being answered."""
        await self._runner.cleanup()


def context_of(pair: KeyPair) -> ssl.SSLContext:
    """Return a server's context that shows a certificate. The library reads keys from files only: this one is 0600, and
    gone at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.NamedTemporaryFile() as both:
        both.write(pair.chain + b"\n" + pair.key.reveal())
        both.flush()
        context.load_cert_chain(both.name)
    return context


def _answering(review: Review) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(asked: web.Request) -> web.Response:
        try:
            request = request_of(msgspec.json.decode(await asked.read()))
        except (msgspec.DecodeError, Invalid) as error:
            return web.Response(status=400, text=f"{error}\n")
        body = msgspec.json.encode(await review(request))
        return web.Response(body=body, content_type="application/json")

    return answer
