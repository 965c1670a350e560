"""Share one authority among a control plane's replicas: the Secret `istio-ca-secret`, kept as files beside each.

Where the Secret `cacerts` is mounted, its files are the authority, and this is not needed.
https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.refs import Key
from lateen.identity.authority_files import NAMES, AuthorityFiles
from lateen.kinds.all import by_kind
from lateen.server.pki_files import make_files, write_files
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.informer import Event, Put, follow

NAME = "istio-ca-secret"
TYPE = "istio.io/ca-root"

_SECRET = by_kind("Secret")
_log = logging.getLogger(__name__)


class AuthoritySecret:
    """The authority of a namespace's Secret, written into `folder`."""

    def __init__(self, client: Client, namespace: str, folder: Path, trust_domain: str, clock: Clock) -> None:
        self._client, self._key, self._folder = client, Key(namespace, NAME), folder
        self._trust_domain, self._clock = trust_domain, clock
        self._written: AuthorityFiles | None = None

    async def settle(self) -> None:
        """Write the Secret's files, making the Secret where there is none: of several replicas the first one's counts.

        Raises ApiError, and LateenError for a Secret that holds no whole authority.
        """
        self._write(await self._found() or await self._made())

    async def run(self) -> None:
        """Follow the Secret until cancelled. Deleted, or no authority any more, the last one stays in force."""
        await follow(
            self._client, _SECRET, self._changed, namespace=self._key.namespace,
            field_selector=f"metadata.name={NAME}", clock=self._clock,
        )  # fmt: skip

    def _changed(self, event: Event) -> None:
        match event:
            case Put(_, found, _):
                try:
                    self._write(read_secret(found))
                except LateenError as error:
                    _log.error("the former authority stays in force: %s", error)

    async def _found(self) -> AuthorityFiles | None:
        try:
            return read_secret(await self._client.get(_SECRET, self._key))
        except ApiError as error:
            if error.code != 404:
                raise
            return None

    async def _made(self) -> AuthorityFiles:
        files = await asyncio.to_thread(make_files, self._trust_domain, self._clock)
        try:
            await self._client.create(_SECRET, secret_of(files, self._key))
        except ApiError as error:
            if error.code != 409:
                raise
            if (found := await self._found()) is None:
                raise LateenError(f"Secret {self._key} comes and goes", "who deletes it?") from error
            return found
        _log.info("made the mesh's authority: Secret %s", self._key)
        return files

    def _write(self, files: AuthorityFiles) -> None:
        if files != self._written:
            write_files(self._folder, files)
            self._written = files


def read_secret(raw: Mapping[str, Any]) -> AuthorityFiles:
    """Read an authority out of a Secret; raises LateenError that says what is missing."""
    where = f"Secret {(raw.get('metadata') or {}).get('name', NAME)}"
    try:
        data = {name: base64.b64decode(text) for name, text in (raw.get("data") or {}).items() if name in NAMES}
    except (binascii.Error, TypeError) as error:
        raise LateenError(f"{where}: {error}") from None
    files = AuthorityFiles.read({name: content for name, content in data.items() if content}, where)
    if files is None:
        raise LateenError(f"{where} holds no authority", f"delete it to have a new one made: kubectl delete {where}")
    return files


def secret_of(files: AuthorityFiles, key: Key) -> dict[str, Any]:
    """Return the Secret that holds an authority."""
    contents = files.contents()
    plain = {name: one.reveal() if isinstance(one, Redacted) else one for name, one in contents.items()}
    data = {name: base64.b64encode(content).decode() for name, content in plain.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": key._asdict(), "type": TYPE, "data": data}
