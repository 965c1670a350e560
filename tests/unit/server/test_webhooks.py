"""A webhook's server, asked as an API server asks, over TLS that changes under it."""

import ssl
from typing import Any

import aiohttp
import pytest

from lateen.base.clock import SystemClock
from lateen.identity.authority import CertificateAuthority
from lateen.inject.review import allowed
from lateen.server.webhooks import WebhookServer

REVIEW = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1"}}


async def agree(request: Any) -> Any:
    return allowed(request)


class Certificates:
    def __init__(self) -> None:
        self.authority = CertificateAuthority.create("cluster.local", SystemClock())
        self.renew()

    def renew(self) -> None:
        self.pair = self.authority.server_certificate(["localhost"], "spiffe://cluster.local/ns/a/sa/b")

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.authority.trust.pem.decode())


async def ask(port: int, context: ssl.SSLContext, path: str, body: Any) -> tuple[int, Any]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.post(f"https://127.0.0.1:{port}{path}", json=body, ssl=context, server_hostname="localhost") as answer,
    ):
        return answer.status, await answer.json() if answer.content_type == "application/json" else await answer.text()


async def test_reviews_are_answered_and_nonsense_is_refused() -> None:
    certificates = Certificates()
    server = WebhookServer({"/inject": agree}, lambda: certificates.pair, 0)
    port = await server.start()
    try:
        trusted = certificates.trusting()
        for path in ("/inject", "/inject/cluster/one"):
            status, answer = await ask(port, trusted, path, REVIEW)
            assert (status, answer["response"]) == (200, {"uid": "1", "allowed": True})
        assert (await ask(port, trusted, "/inject", {"kind": "Pod"}))[0] == 400
        assert (await ask(port, trusted, "/other", REVIEW))[0] == 404
        certificates.renew()
        assert (await ask(port, trusted, "/inject", REVIEW))[0] == 200
        certificates.authority = CertificateAuthority.create("cluster.local", SystemClock())
        certificates.renew()
        assert (await ask(port, certificates.trusting(), "/inject", REVIEW))[0] == 200  # the first call after a change
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await ask(port, Certificates().trusting(), "/inject", REVIEW)
    finally:
        await server.stop()
