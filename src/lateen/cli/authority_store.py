"""Where the authority that commands work on is kept: in a folder of this machine, or in a Secret of a cluster."""

from typing import Protocol

from lateen.app.authority_secret import NAME, read_secret, secret_of
from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import connected, find
from lateen.identity.authority_files import AuthorityFiles
from lateen.kinds.all import by_kind
from lateen.server.pki_files import read_files, remove_files, write_files

_SECRET = by_kind("Secret")
_NAMESPACE = "istio-system"
_DRAFT = "next"


class AuthorityStore(Protocol):
    """The mesh's authority, and beside it the one that is to take its place while a rotation lasts."""

    async def current(self) -> AuthorityFiles:
        """Return the mesh's authority; raises LateenError where there is none that may be changed here."""

    async def replace(self, files: AuthorityFiles) -> None:
        """Have control planes take other files."""

    async def draft(self) -> AuthorityFiles | None:
        """Return the authority that is to come, None while no rotation has begun."""

    async def set_draft(self, files: AuthorityFiles | None) -> None:
        """Keep the authority that is to come, or forget it."""


class Folder:
    """Of the local mesh."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.pki / "mesh"
        self._draft = settings.pki / _DRAFT
        self._mesh = settings.mesh

    async def current(self) -> AuthorityFiles:
        if (found := read_files(self._folder)) is None:
            raise LateenError(f"mesh {self._mesh!r} has no authority yet", "start it: lateen up -d")
        return found

    async def replace(self, files: AuthorityFiles) -> None:
        write_files(self._folder, files)

    async def draft(self) -> AuthorityFiles | None:
        return read_files(self._draft)

    async def set_draft(self, files: AuthorityFiles | None) -> None:
        write_files(self._draft, files) if files else remove_files(self._draft)


class Secrets:
    """Of a cluster: who may write the Secret `istio-ca-secret` may rotate."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def current(self) -> AuthorityFiles:
        if (found := await self._read(NAME)) is not None:
            return found
        async with connected(self._settings) as client:
            plugged_in = await find(client, _SECRET, Key(_NAMESPACE, "cacerts"))
        if plugged_in:
            raise LateenError(
                "the authority of this mesh is plugged in by the Secret cacerts, which its owner keeps",
                "put the new root into its root-cert.pem, then the new key and certificate, then the new root alone",
            )
        raise LateenError("the cluster has no authority of a mesh yet", "install one: lateen install")

    async def replace(self, files: AuthorityFiles) -> None:
        await self._write(NAME, files)

    async def draft(self) -> AuthorityFiles | None:
        return await self._read(f"{NAME}-{_DRAFT}")

    async def set_draft(self, files: AuthorityFiles | None) -> None:
        if files is not None:
            await self._write(f"{NAME}-{_DRAFT}", files)
            return
        async with connected(self._settings) as client:
            await client.delete(_SECRET, Key(_NAMESPACE, f"{NAME}-{_DRAFT}"))

    async def _read(self, name: str) -> AuthorityFiles | None:
        async with connected(self._settings) as client:
            found = await find(client, _SECRET, Key(_NAMESPACE, name))
        return read_secret(found) if found else None

    async def _write(self, name: str, files: AuthorityFiles) -> None:
        wanted = secret_of(files, Key(_NAMESPACE, name))
        async with connected(self._settings) as client:
            if (found := await find(client, _SECRET, Key(_NAMESPACE, name))) is None:
                await client.create(_SECRET, wanted)
                return
            await client.replace(_SECRET, found | {"data": wanted["data"]})


def authority_store(settings: Settings) -> AuthorityStore:
    """Return where the authority of the mesh is that the settings name."""
    return Folder(settings) if settings.cluster is None else Secrets(settings)
