"""Keeps one cluster for as long as somebody uses it: `keeper.py FOLDER BINARIES`, a process of its own.

Users hold a shared lock on FOLDER/users. The kernel gives it back however they end, kill -9 included; whoever gets it alone
knows that nobody is left. The keeper's children die with it (PR_SET_PDEATHSIG), so that nothing outlives a test run.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kubernetes.control_plane import ControlPlane

READY, FAILED, USERS = "ready", "failed", "users"


def keep(folder: Path, binaries: Path) -> None:
    """Start a cluster, say so in FOLDER/ready (or why not in FOLDER/failed), and end it after its last user."""
    plane = ControlPlane(folder, binaries)
    try:
        plane.start()
        (folder / READY).touch()
        with (folder / USERS).open() as users:
            fcntl.flock(users, fcntl.LOCK_EX)
    except Exception as error:
        (folder / FAILED).write_text(f"{type(error).__name__}: {error}")
        raise
    finally:
        (folder / READY).unlink(missing_ok=True)
        plane.stop()
        for made in ("etcd", "pki"):
            shutil.rmtree(folder / made, ignore_errors=True)


if __name__ == "__main__" and os.fork() == 0:  # nobody's child: who started it may leave before others
    keep(Path(sys.argv[1]), Path(sys.argv[2]))
