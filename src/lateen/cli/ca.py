"""`lateen ca`: who signs for the local mesh, a new root in three stages, certificates that are believed no more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.cli.connection import ask, asynchronous, settings_of
from lateen.cli.tables import print_table
from lateen.identity.authority import CertificateAuthority
from lateen.identity.authority_files import AuthorityFiles
from lateen.identity.certificate import expires_at, load_chain
from lateen.identity.revocation import RevocationLists
from lateen.identity.trust import TrustBundle
from lateen.server.pki_files import make_files, read_files, write_files

TRUST_DOMAIN = "cluster.local"
_PATIENCE = 20
STAGES = ("distribute", "issue", "retire")
_DRAFT = "next"


@click.group()
def command() -> None:
    """The certificate authority of the local mesh."""


@command.command()
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show who signs, and which roots are trusted."""
    files = _files(settings_of(ctx))
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

    Machines outside the mesh learn of new roots when they renew their certificates: with such, go on to the next stage
    after half of a certificate's life.
    """
    settings = settings_of(ctx)
    for each in (stage,) if stage else STAGES:
        await _advance(settings, each)


@command.command()
@click.argument("serials", nargs=-1, required=True)
@click.pass_context
@asynchronous
async def revoke(ctx: click.Context, serials: tuple[str, ...]) -> None:
    """Have certificates believed no more, by their SERIALS in hex (of `ca show`, `proxy-config secret`, istiod's log).

    Whoever holds one can still get a new one, if it may: take its service account away first.
    """
    settings = settings_of(ctx)
    files = _files(settings)
    write_files(_folder(settings), revoked(files, [_number(serial) for serial in serials]))
    await _reached(settings, files, _files(settings))
    click.echo(f"{len(serials)} certificate(s) revoked: no proxy believes them any more")


async def _advance(settings: Settings, stage: str) -> None:
    folder, draft = _folder(settings), _folder(settings).parent / _DRAFT
    current = _files(settings)
    if stage == "distribute":
        write_files(draft, make_files(TRUST_DOMAIN, SystemClock()))
    coming = read_files(draft)
    if coming is None:
        raise LateenError("no rotation has begun", "begin with: lateen ca rotate --stage distribute")
    write_files(folder, staged(current, coming, stage))
    await _reached(settings, current, _files(settings))
    told = {
        "distribute": "every proxy trusts the new root beside the old one",
        "issue": "every certificate is signed below the new root",
        "retire": "the old root is trusted no more",
    }
    if stage == "retire":
        for path in sorted(draft.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        draft.rmdir()
    click.echo(f"{stage}: {told[stage]}")


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


def believed(answer: Mapping[str, Any], before: TrustBundle, after: TrustBundle) -> bool:
    """Say whether the machine's agent trusts what is to be trusted, and no more what is not: others beside it are those
    that the mesh's settings name."""
    roots = set(answer["roots"])
    gone = before.fingerprints - after.fingerprints
    return after.fingerprints <= roots and not gone & roots and answer["revoked"] == after.revoked.pem.decode()


async def _reached(settings: Settings, before: AuthorityFiles, files: AuthorityFiles) -> None:
    """Have every certificate renewed until all proxies of the machine have what the files say."""
    authority, old = (CertificateAuthority.of(each, SystemClock()) for each in (files, before))
    answer: dict[str, Any] = {}
    for _ in range(_PATIENCE):
        answer = await ask(settings.node_socket, "/rotate", method="POST")
        signed = answer["issuers"] in ([], [authority.key_name])
        if signed and believed(answer, old.trust, authority.trust) and not answer["late"]:
            return
        await SystemClock().sleep(0.5)
    late = "; ".join(answer.get("late", ())) or "the control plane has not taken the new files: see its log"
    raise LateenError(f"not every proxy has the new certificates: {late}", "nothing is lost: run the stage again")


def _number(serial: str) -> int:
    try:
        return int(serial.replace(":", ""), 16)
    except ValueError:
        raise LateenError(f"{serial!r} is no serial number", "give it in hex, as: lateen ca show") from None


def _folder(settings: Settings) -> Path:
    return settings.pki / "mesh"


def _files(settings: Settings) -> AuthorityFiles:
    found = read_files(_folder(settings))
    if found is None:
        raise LateenError(f"mesh {settings.mesh!r} has no authority yet", "start it: lateen up -d")
    return found
