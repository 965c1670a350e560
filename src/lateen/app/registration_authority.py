"""Have another authority sign, by Kubernetes' CertificateSigningRequests: the control plane decides who gets what, and
approves; the cluster's signer of that name signs.

https://istio.io/latest/docs/tasks/security/cert-management/custom-ca-k8s/
https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
"""

import asyncio
import base64
import binascii
import logging
import secrets
from collections.abc import Callable
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from lateen.base.clock import Clock, rfc3339
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.spiffe import Identity
from lateen.identity.certificate import dump_chain, identity_of, load_chain
from lateen.identity.keys import RequestRefused, requested_key
from lateen.identity.trust import TrustBundle
from lateen.kinds.all import by_kind
from lateen.kinds.certificates.certificate_signing_request import SHORTEST
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.urls import object_url

PATIENCE = 8.0
"""Seconds that a signer may take: an agent's call ends after ten, and it asks again."""

_KIND = by_kind("CertificateSigningRequest")
_USAGES = ["digital signature", "key encipherment", "server auth", "client auth"]
_log = logging.getLogger(__name__)

Raw = dict[str, Any]


class RegistrationAuthority:
    """Signs as `signer`, a name as `example.com/mesh`, of the API server behind `client`."""

    def __init__(self, client: Client, signer: str, trust: Callable[[], TrustBundle], clock: Clock) -> None:
        """`trust`: what the mesh trusts now; the signer's root must be in it."""
        self._client, self._signer, self._trust, self._clock = client, signer, trust, clock

    async def sign(self, csr: bytes, identity: Identity, ttl: float) -> bytes:
        """Return a chain, leaf first (PEM), for the key of a PEM request that asks for `identity` and nothing else.

        Raises RequestRefused for the request, LateenError that says what the signer or the API server did wrong.
        """
        request = asked(csr, identity)
        key = Key("", f"csr-workload-{secrets.token_hex(8)}")
        try:
            made = await self._client.create(_KIND, self._object(key, csr, ttl))
            try:
                pem = await self._signed(key, made)
            finally:
                await self._forget(key)
        except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LateenError(f"the signer {self._signer}: {error or 'no answer from the API server'}") from error
        return self._checked(pem, request, identity)

    def _object(self, key: Key, csr: bytes, ttl: float) -> Raw:
        spec = {
            "request": base64.b64encode(csr).decode(),
            "signerName": self._signer,
            "usages": _USAGES,
            "expirationSeconds": max(int(ttl), SHORTEST),
        }
        meta = {"name": key.name, "labels": {"istio.io/workload": "true"}}
        return {"apiVersion": _KIND.api_versions[0], "kind": _KIND.kind, "metadata": meta, "spec": spec}

    async def _signed(self, key: Key, made: Raw) -> bytes:
        """Approve, and wait for the certificate."""
        now = rfc3339(self._clock.now())
        approved = {"type": "Approved", "status": "True", "reason": "AutoApproved", "lastUpdateTime": now,
                    "message": "the mesh's control plane knows the workload by its token"}  # fmt: skip
        path = object_url(_KIND, key, subresource="approval")
        found = await self._client.request("PUT", path, body=made | {"status": {"conditions": [approved]}})
        try:
            async with asyncio.timeout(PATIENCE):
                while not (pem := _certificate(found, self._signer)):
                    found = await self._next(key, found)
        except TimeoutError:
            raise LateenError(
                f"the signer {self._signer} has not signed within {PATIENCE:g} s", "does it run?"
            ) from None
        return pem

    async def _next(self, key: Key, found: Raw) -> Raw:
        """Wait for the object's next version."""
        version = found["metadata"]["resourceVersion"]
        async for event in self._client.watch(_KIND, version, field_selector=f"metadata.name={key.name}", seconds=30):
            if event.type == "DELETED":
                raise LateenError(f"somebody deleted the request {key.name}")
            if event.type in ("ADDED", "MODIFIED"):
                return event.object
        return await self._client.get(_KIND, key)

    async def _forget(self, key: Key) -> None:
        try:
            await self._client.delete(_KIND, key)
        except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("the request %s stays until the cluster removes it: %s", key.name, error)

    def _checked(self, pem: bytes, request: x509.CertificateSigningRequest, identity: Identity) -> bytes:
        """A signer is believed as far as its root goes, and no certificate is handed on that it was not asked for."""
        try:
            chain = load_chain(pem)
            named = identity_of(chain[0])
        except (ValueError, LateenError) as error:
            raise LateenError(f"the signer {self._signer} signed what cannot be used: {error}") from None
        if named != identity:
            raise LateenError(f"the signer {self._signer} certified {named.uri}, not {identity.uri}")
        if _bytes_of(chain[0].public_key()) != _bytes_of(request.public_key()):
            raise LateenError(f"the signer {self._signer} certified another key than was asked for")
        if not self._trust().leads_to_root(chain):
            fix = "add its root to caCertificates in the mesh's settings"
            raise LateenError(f"a certificate of the signer {self._signer} ends at no root that the mesh trusts", fix)
        return dump_chain(chain)


def asked(csr: bytes, identity: Identity) -> x509.CertificateSigningRequest:
    """Read a request, which a signer obeys: it may name `identity` and nothing else. Raises RequestRefused."""
    requested_key(csr)
    request = x509.load_pem_x509_csr(csr)
    try:
        names = list(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (x509.ExtensionNotFound, ValueError):
        names = []
    if names != [x509.UniformResourceIdentifier(identity.uri)]:
        raise RequestRefused(f"the request must name {identity.uri} alone", "it is signed as it stands")
    return request


def _certificate(found: Raw, signer: str) -> bytes:
    """The certificate of a signed request, b"" while it waits. Raises LateenError when it never will be."""
    status = found.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition["type"] in ("Denied", "Failed"):
            raise LateenError(f"the signer {signer}: {condition['type']}: {condition.get('message', '')}")
    try:
        return base64.b64decode(status.get("certificate") or "", validate=True)
    except binascii.Error as error:
        raise LateenError(f"the signer {signer} answered no base64: {error}") from None


def _bytes_of(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(key.public_bytes(serialization.Encoding.DER, form))
