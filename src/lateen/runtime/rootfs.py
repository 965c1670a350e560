"""A container's root file system: empty but for what is listed.

Runs between fork and exec, in a mount namespace that belongs to the new container alone. Paths that a pod's
user could have a hand in are walked without following links, so that none leads out of the new root.
"""

import os
from collections.abc import Iterable
from typing import Any

from lateen.runtime.syscalls import (
    ATTR_NODEV,
    ATTR_NOSUID,
    ATTR_RDONLY,
    CLONE_NEWNS,
    MNT_DETACH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    mount,
    pivot_root,
    restrict_mount,
    unmount,
    unshare,
)

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
TERMINALS = 64  # how many a container may have open
_SAFE = ATTR_NOSUID | ATTR_NODEV
_FOLDER = os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


def enter_root(spec: dict[str, Any]) -> None:
    """Assemble the root that `spec` describes on the empty folder `spec["folder"]`, and move into it.

    links: [[path, target]], files: {path: text}, binds: [[source, below, target, read_only]]: `below` is a
    path inside source, walked without links.
    """
    unshare(CLONE_NEWNS)
    folder = spec["folder"]
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=16m")
    root = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    for path, target in spec["links"]:
        os.symlink(target, folder + path)
    for path, text in spec["files"].items():
        _write(root, path, text)
    _system(root)
    for source, below, target, read_only in spec["binds"]:
        try:
            _bind(root, source, below, target, read_only)
        except OSError as error:
            place = f"{source}/{below}" if below else source
            raise OSError(error.errno, error.strerror, f"{place} at {target}") from error
    _move_into(folder)


def _system(root: int) -> None:
    """/proc, /tmp and the few devices that programs expect."""
    mount("proc", _at(walk(root, "proc")), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2")
    mount("tmpfs", _at(walk(root, "tmp")), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for name in DEVICES:
        mount(f"/dev/{name}", _at(walk(root, f"dev/{name}", file=True)), flags=MS_BIND)
    mount("tmpfs", _at(walk(root, "dev/shm")), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    terminals = f"newinstance,ptmxmode=0666,mode=0620,max={TERMINALS}"
    mount("devpts", _at(walk(root, "dev/pts")), "devpts", MS_NOSUID | MS_NOEXEC, terminals)
    dev = walk(root, "dev")
    os.symlink("pts/ptmx", "ptmx", dir_fd=dev)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", name, dir_fd=dev)


def _bind(root: int, source: str, below: str, target: str, read_only: bool) -> None:
    opened = os.open(source, os.O_PATH | os.O_CLOEXEC)
    if below:
        opened = _descend(opened, below)
    place = walk(root, target, file=not os.path.isdir(_at(opened)))
    mount(_at(opened), _at(place), flags=MS_BIND | MS_REC)
    # The descriptor still stands on what was covered: the mount is found by walking there anew.
    restrict_mount(_at(walk(root, target, file=True)), _SAFE | (ATTR_RDONLY if read_only else 0))


def walk(root: int, path: str, *, file: bool = False) -> int:
    """Open `path` below `root`, making what is missing; a link on the way is an error, not followed.

    `file`: the last part is whatever it is, and made as an empty file when missing.
    """
    *folders, last = _parts(path)
    at = root
    for part in folders:
        at = _folder(at, part)
    if not file:
        return _folder(at, last)
    try:
        return os.open(last, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    except FileNotFoundError:
        os.close(os.open(last, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=at))
        return os.open(last, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)


def _folder(at: int, name: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=at)
    except FileNotFoundError:
        os.mkdir(name, 0o755, dir_fd=at)
        return os.open(name, _FOLDER, dir_fd=at)


def _descend(at: int, path: str) -> int:
    """Open what is at `path` below `at`; nothing is made, no link is followed."""
    *folders, last = _parts(path)
    for part in folders:
        at = os.open(part, _FOLDER, dir_fd=at)
    fd = os.open(last, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    if os.path.islink(_at(fd)) and os.readlink("", dir_fd=fd):
        raise OSError(40, os.strerror(40), path)
    return fd


def _parts(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise OSError(22, "not a path inside the root", path)
    return parts


def _write(root: int, path: str, text: str) -> None:
    with open(_at(walk(root, path, file=True)), "w") as file:
        file.write(text)


def _at(fd: int) -> str:
    return f"/proc/self/fd/{fd}"


def _move_into(folder: str) -> None:
    """Make `folder` the root, read-only, and let go of the old one."""
    os.chdir(folder)
    # Both names are ".": the old root comes to lie over the new one, and is then lifted off (pivot_root(2)).
    pivot_root(".", ".")
    unmount(".", MNT_DETACH)
    os.chdir("/")
    mount("", "/", flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def covered(paths: Iterable[str]) -> list[str]:
    """`paths` in order, without those that lie inside another of them."""
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path == other or path.startswith(other + "/") for other in kept):
            kept.append(path)
    return kept
