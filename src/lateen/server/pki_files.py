"""Keep the authority's key and roots in a folder, under the names that Istio's `cacerts` has."""

import os
import tempfile
from pathlib import Path

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.identity.authority import CertificateAuthority

KEY, CERTIFICATE, CHAIN, ROOT = "ca-key.pem", "ca-cert.pem", "cert-chain.pem", "root-cert.pem"


def open_authority(folder: Path, trust_domain: str, clock: Clock) -> CertificateAuthority:
    """Return the authority kept in `folder`; makes a new root there when the folder holds none.

    A folder with some of the files but not all is an error: a lost key must not silently become a new mesh.
    """
    present = [name for name in (KEY, CERTIFICATE, ROOT) if (folder / name).exists()]
    if not present:
        return _create(folder, trust_domain, clock)
    if missing := {KEY, CERTIFICATE, ROOT} - set(present):
        raise LateenError(
            f"{folder} holds {', '.join(present)} but not {', '.join(sorted(missing))}",
            "put the missing files back, or move the folder away to have a new authority made",
        )
    chain = (folder / CERTIFICATE).read_bytes()
    if (folder / CHAIN).exists():
        chain += b"\n" + (folder / CHAIN).read_bytes()
    key = Redacted((folder / KEY).read_bytes())
    return CertificateAuthority(key, chain, (folder / ROOT).read_bytes(), clock)


def _create(folder: Path, trust_domain: str, clock: Clock) -> CertificateAuthority:
    """Make a root in a folder beside `folder` and move it there whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    authority = CertificateAuthority.create(trust_domain, clock)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    _write(draft / KEY, authority.key.reveal(), 0o600)
    for name, content in (
        (ROOT, authority.trust.pem),
        (CERTIFICATE, authority.chain),
        (CHAIN, authority.chain),
    ):
        _write(draft / name, content, 0o644)
    draft.replace(folder)
    return authority


def _write(path: Path, content: bytes, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
