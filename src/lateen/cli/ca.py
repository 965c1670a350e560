"""`lateen ca`: who signs for a mesh, a new root in three stages, certificates that are believed no more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click

from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.cli.authority_reach import reached
from lateen.cli.authority_store import authority_store
from lateen.cli.connection import asynchronous, settings_of
from lateen.cli.tables import print_table
from lateen.identity.authority import CertificateAuthority
from lateen.identity.authority_files import AuthorityFiles
from lateen.identity.certificate import expires_at, load_chain, organization
from lateen.identity.revocation import RevocationLists
from lateen.identity.trust import TrustBundle
from lateen.server.pki_files import make_files

STAGES = ("distribute", "issue", "retire")
_DONE = {
    "distribute": "every proxy trusts the new root beside the old one",
    "issue": "every certificate is signed below the new root",
    "retire": "the old root is trusted no more",
}


@click.group()
def command() -> None:
    """The certificate authority of a mesh, of this machine or of a cluster."""


@command.command()
@click.pass_context
@asynchronous
async def show(ctx: click.Context) -> None:
    """Show who signs, and which roots are trusted."""
    files = await authority_store(settings_of(ctx)).current()
    signing, *_ = load_chain(files.certificate)
    rows = [("signs", signing)] + [("trusted", root) for root in TrustBundle.parse(files.root).roots]
    print_table(
        ["ROLE", "SUBJECT", "SERIAL", "ENDS"],
        [
            [role, one.subject.rfc4514_string(), f"{one.serial_number:x}", datetime.fromtimestamp(expires_at(one), UTC)]
            for role, one in rows
        ],
    )


@command.command()
@click.option("--stage", type=click.Choice(STAGES), default=None, help="This stage alone; without, all in turn.")
@click.pass_context
@asynchronous
async def rotate(ctx: click.Context, stage: str | None) -> None:
    """Give the mesh a new root, without a failed request: have it trusted, sign with it, forget the old one.

    Each stage ends when every proxy has what it brings. Machines whose agent is away then do not count: let them come
    back before the next stage.
    """
    for each in (stage,) if stage else STAGES:
        await _advance(settings_of(ctx), each)
        click.echo(f"{each}: {_DONE[each]}")


@command.command()
@click.argument("serials", nargs=-1, required=True)
@click.pass_context
@asynchronous
async def revoke(ctx: click.Context, serials: tuple[str, ...]) -> None:
    """Have certificates believed no more, by their SERIALS in hex (of `ca show`, `proxy-config secret`, istiod's log).

    Whoever holds one can still get a new one, if it may: take its service account away first.
    """
    settings, numbers = settings_of(ctx), [_number(serial) for serial in serials]
    store = authority_store(settings)
    files = await store.current()
    await store.replace(listed := revoked(files, numbers))
    await reached(settings, files, listed)
    click.echo(f"{len(serials)} certificate(s) revoked: no proxy believes them any more")


async def _advance(settings: Settings, stage: str) -> None:
    store = authority_store(settings)
    current = await store.current()
    if stage == "distribute":
        await store.set_draft(make_files(organization(load_chain(current.certificate)[0]), SystemClock()))
    if (coming := await store.draft()) is None:
        raise LateenError("no rotation has begun", "begin with: lateen ca rotate --stage distribute")
    await store.replace(files := staged(current, coming, stage))
    await reached(settings, current, files)
    if stage == "retire":
        await store.set_draft(None)


def staged(current: AuthorityFiles, coming: AuthorityFiles, stage: str) -> AuthorityFiles:
    """Return what is kept in a stage of the change from one authority to another."""
    old, new = TrustBundle.parse(current.root), TrustBundle.parse(coming.root)
    if stage == "distribute":
        return _beside(
            replace(current, root=(old | new).pem), coming, current.crl and current.crl + revoked(coming).crl
        )
    if not set(new.roots) <= set(old.roots):
        raise LateenError("the new root is not trusted yet", "first: lateen ca rotate --stage distribute")
    if stage == "issue":
        return _beside(replace(coming, root=current.root), current, current.crl)
    if load_chain(current.certificate)[0] != load_chain(coming.certificate)[0]:
        raise LateenError("the old root still signs", "first: lateen ca rotate --stage issue")
    return coming


def _beside(files: AuthorityFiles, other: AuthorityFiles, lists: bytes) -> AuthorityFiles:
    """Where anything is revoked, both authorities need their list: Envoy believes nobody else's certificates then."""
    return replace(files, chain=files.chain + b"\n" + other.certificate, crl=lists) if lists else files


def revoked(files: AuthorityFiles, serials: Sequence[int] = ()) -> AuthorityFiles:
    """Return the files with a list of all that was revoked before, and these."""
    authority = CertificateAuthority.of(files, SystemClock())
    own = [each for each in RevocationLists.parse(files.crl).lists if each.issuer == authority.certificate.subject]
    before = [entry.serial_number for each in own for entry in each]
    return replace(files, crl=authority.revoke(sorted({*before, *serials}), len(before) + 1))


def _number(serial: str) -> int:
    try:
        return int(serial.replace(":", ""), 16)
    except ValueError:
        raise LateenError(f"{serial!r} is no serial number", "give it in hex, as: lateen ca show") from None
