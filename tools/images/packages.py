"""A root file system out of Debian's packages, without installing any: apt says which, dpkg-deb reads them.

Which packages a list needs is computed as for an empty machine, so the machine that builds does not matter but for its apt
sources. Their versions and hashes stand in the image's bill of materials.
"""

import hashlib
import re
import subprocess
import tarfile
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# What packages need to be installed by, and not to run.
_NOT_WANTED = {"dpkg", "tar", "debconf", "openssl"}
# Debian's folders since it has one /usr; packages of bookworm still name the old ones.
_MERGED = ("bin", "sbin", "lib", "lib64")
_WITHOUT = re.compile(r"usr/share/(doc|man|info|locale|lintian|bash-completion|debconf|menu|doc-base)/")
_LINE = re.compile(r"'(?P<url>[^']+)' (?P<file>\S+) (?P<size>\d+) (?P<hash>\S*)")


@dataclass(frozen=True)
class Package:
    """A Debian package: its name, version and the SHA-256 of its file."""

    name: str
    version: str
    sha256: str


def fetch(names: Sequence[str], cache: Path) -> list[Path]:
    """Fetch packages and all that they depend on into `cache`; returns their files, sorted by name."""
    cache.mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-o", "Dir::State::status=/dev/null", "-y", "--no-install-recommends", "install", *names]
    asked = [*apt, "--print-uris"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    if told.returncode:  # this machine may have no lists of packages yet
        subprocess.run(["apt-get", "-qq", "update"], check=True)
        told = subprocess.run(asked, capture_output=True, text=True, check=True)
    wanted = [found for line in told.stdout.splitlines() if (found := _LINE.match(line))]
    wanted = [one for one in wanted if one["file"].split("_")[0] not in _NOT_WANTED]
    missing = [one for one in wanted if not (cache / one["file"]).exists()]
    if missing:
        # `download` fetches by apt's own verified way.
        exact = [f"{one['file'].split('_')[0]}={_version(one['file'])}" for one in missing]
        subprocess.run(["apt-get", "-qq", "download", *exact], cwd=cache, check=True)
    return sorted(cache / one["file"] for one in wanted)


def unpack(files: Iterable[Path], root: Path) -> list[Package]:
    """Lay the packages' files into `root`, without documentation; returns what they are."""
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    return [_unpack(file, root) for file in files]


def _unpack(file: Path, root: Path) -> Package:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE) as reader:
        with tarfile.open(fileobj=reader.stdout, mode="r|") as tar:
            for member in tar:
                _place(tar, member, root)
    name, version, _ = file.name.split("_")
    return Package(name, urllib.parse.unquote(version), hashlib.sha256(file.read_bytes()).hexdigest())


def _place(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    name = _merged(member.name.removeprefix("./").rstrip("/"))
    if not name or _WITHOUT.match(f"{name}/"):
        return
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        path.mkdir(exist_ok=True)
    elif member.issym():
        path.unlink(missing_ok=True)
        path.symlink_to(member.linkname)
    elif member.islnk():
        path.write_bytes((root / _merged(member.linkname.removeprefix("./"))).read_bytes())
        path.chmod(member.mode & 0o755)
    elif member.isfile():
        content = tar.extractfile(member)
        assert content is not None
        path.write_bytes(content.read())
        path.chmod(member.mode & 0o755)  # neither setuid nor writable by others


def _merged(name: str) -> str:
    return f"usr/{name}" if name.partition("/")[0] in _MERGED else name


def _version(file: str) -> str:
    return urllib.parse.unquote(file.split("_")[1])
