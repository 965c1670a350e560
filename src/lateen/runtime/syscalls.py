"""The Linux calls that Python 3.11 does not offer: namespaces, mounts, capabilities."""

import ctypes
import os
import platform

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_SLAVE = 1 << 19
MNT_DETACH = 2

# The same flags for mount_setattr(2).
ATTR_RDONLY = 1
ATTR_NOSUID = 2
ATTR_NODEV = 4

PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_SETATTR = 442  # the number is the same on all architectures
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_JOIN_SESSION_KEYRING = 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttr(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def _checked(result: int, subject: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), subject)


def unshare(flags: int) -> None:
    """Give the calling thread new namespaces (CLONE_NEW*)."""
    _checked(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Move the calling thread into the namespace that `fd` is open on."""
    _checked(_libc.setns(fd, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2)."""
    arguments = (
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode(),
    )
    _checked(_libc.mount(*arguments), target)


def unmount(target: str, flags: int = 0) -> None:
    """umount2(2)."""
    _checked(_libc.umount2(target.encode(), flags), target)


def restrict_mount(target: str, attributes: int) -> None:
    """Set ATTR_* on the mount at `target` and on all mounts below it (Linux 5.12)."""
    wanted = _MountAttr(attributes, 0, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    number = ctypes.c_long(_MOUNT_SETATTR)
    result = _libc.syscall(number, _AT_FDCWD, target.encode(), _AT_RECURSIVE, ctypes.byref(wanted), size)
    _checked(result, target)


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of the mount namespace and put the old root at `old`."""
    number = ctypes.c_long(_PIVOT_ROOT[platform.machine()])
    _checked(_libc.syscall(number, new.encode(), old.encode()), new)


def prctl(option: int, value: int = 0) -> None:
    """prctl(2) with one value."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def join_new_keyring() -> None:
    """Leave the session keyring, with the keys of whoever started this process, for an empty one."""
    number = ctypes.c_long(_KEYCTL[platform.machine()])
    _checked(_libc.syscall(number, _JOIN_SESSION_KEYRING, None), "keyctl")


def drop_bounding_set() -> None:
    """Let no program that the calling thread executes ever gain a capability."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # EINVAL: the kernel has no more capabilities
            break
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)


def drop_capabilities() -> None:
    """Empty the calling thread's permitted, effective and inheritable sets."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(header, nothing), "capset")
