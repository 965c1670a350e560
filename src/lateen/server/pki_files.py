"""Keep the authority's key and roots in a folder, under the names that Istio's `cacerts` has.

A change of several files is seen whole or not at all: they are links into a folder `..data` that is replaced at once,
as Kubernetes mounts a Secret (https://kubernetes.io/docs/concepts/configuration/secret/#mounted-secrets-are-updated-automatically).
"""

import os
import shutil
import tempfile
from pathlib import Path

from lateen.base.clock import Clock
from lateen.base.redacted import Redacted
from lateen.identity.authority import CertificateAuthority
from lateen.identity.authority_files import CERTIFICATE, CHAIN, KEY, NAMES, ROOT, AuthorityFiles

__all__ = [
    "CERTIFICATE",
    "CHAIN",
    "KEY",
    "ROOT",
    "make_files",
    "open_authority",
    "read_files",
    "remove_files",
    "stamp",
    "write_files",
]

_DATA = "..data"

Stamp = tuple[tuple[str, int, int, int], ...]


def open_authority(folder: Path, trust_domain: str, clock: Clock) -> CertificateAuthority:
    """Return the authority kept in `folder`; makes a new root and an intermediate there when the folder holds none.

    A folder with some of the files but not all is an error: a lost key must not silently become a new mesh.
    """
    files = read_files(folder)
    if files is None:
        files = make_files(trust_domain, clock)
        write_files(folder, files)
    return CertificateAuthority.of(files, clock)


def make_files(trust_domain: str, clock: Clock) -> AuthorityFiles:
    """Make a new root and an intermediate below it that signs; the root's key is for the next intermediate."""
    root = CertificateAuthority.create(trust_domain, clock, below=1)
    below = root.intermediate(trust_domain)
    return AuthorityFiles(
        key=below.key, certificate=below.certificate, chain=below.chain, root=below.root, root_key=root.key
    )


def read_files(folder: Path) -> AuthorityFiles | None:
    """Read what `folder` holds of an authority; None when nothing. Raises LateenError when a part is missing."""
    for _ in range(3):
        try:
            found = {name: path.read_bytes() for name, path in _present(folder)}
            return AuthorityFiles.read(found, str(folder))
        except FileNotFoundError:
            continue  # replaced between two reads
    return None


def stamp(folder: Path) -> Stamp:
    """Return a value that is another one when the folder's files are."""
    found = []
    for name, path in _present(folder):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def write_files(folder: Path, files: AuthorityFiles) -> None:
    """Replace what `folder` holds, in one step that a crash does not halve; keys are readable by their owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    before = _data(folder)
    if before == folder and (plain := [name for name in NAMES if (folder / name).exists()]):
        before = _adopt(folder, plain)
    contents = files.contents()
    made = Path(tempfile.mkdtemp(dir=folder, prefix="..made-"))
    for name, content in contents.items():
        secret = isinstance(content, Redacted)
        _write(made / name, content.reveal() if isinstance(content, Redacted) else content, 0o600 if secret else 0o644)
    _point(folder, made)
    for name in NAMES:
        if name in contents:
            _link(folder / name, f"{_DATA}/{name}")
        else:
            (folder / name).unlink(missing_ok=True)
    if before != folder:
        shutil.rmtree(before)


def remove_files(folder: Path) -> None:
    """Remove the folder, with keys in it; no error where it is not."""
    if folder.exists():
        shutil.rmtree(folder)


def _data(folder: Path) -> Path:
    """Where the files of `folder` lie now."""
    link = folder / _DATA
    return link.resolve() if link.is_symlink() else folder


def _present(folder: Path) -> list[tuple[str, Path]]:
    """The files of `folder` by name: those behind links all of one version, and what stands there in their place."""
    data = _data(folder)
    named = ((name, folder / name) for name in NAMES)
    places = ((name, data / name if path.is_symlink() else path) for name, path in named)
    return [(name, path) for name, path in places if path.exists()]


def _adopt(folder: Path, names: list[str]) -> Path:
    """Turn plain files into links to copies of themselves."""
    made = Path(tempfile.mkdtemp(dir=folder, prefix="..made-"))
    for name in names:
        _write(made / name, (folder / name).read_bytes(), (folder / name).stat().st_mode & 0o777)
    _point(folder, made)
    for name in names:
        _link(folder / name, f"{_DATA}/{name}")
    return made


def _point(folder: Path, made: Path) -> None:
    _sync(made)
    _link(folder / _DATA, made.name)
    _sync(folder)


def _link(path: Path, target: str) -> None:
    if path.is_symlink() and os.readlink(path) == target:
        return
    draft = path.with_name(f"..link-{path.name}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(path)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write(path: Path, content: bytes, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
