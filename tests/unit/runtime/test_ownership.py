"""A run folder has one owner, which is asked after without being disturbed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.ownership import Ownership, owner_of

HOLD = """
import sys
from pathlib import Path
from lateen.runtime.ownership import Ownership
owned = Ownership(Path(sys.argv[1]))
print("owned", flush=True)
sys.stdin.readline()
"""


def hold(run: Path) -> "subprocess.Popen[str]":
    """Start a process that owns `run` until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "owned\n"
    return process


def test_a_folder_that_nobody_has_taken_has_no_owner(tmp_path: Path) -> None:
    assert owner_of(tmp_path) == 0
    assert owner_of(tmp_path / "missing") == 0
    (tmp_path / "file").touch()
    assert owner_of(tmp_path / "file") == 0


def test_two_processes_cannot_own_one_folder(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        assert owner_of(tmp_path) == other.pid
        with pytest.raises(LateenError, match="another process runs the mesh"):
            Ownership(tmp_path)
        assert owner_of(tmp_path) == other.pid
    mine = Ownership(tmp_path)
    assert owner_of(tmp_path) == os.getpid()
    mine.release()
    assert owner_of(tmp_path) == 0


def test_a_killed_owner_owns_no_more(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        other.kill()
    assert owner_of(tmp_path) == 0
    Ownership(tmp_path).release()


def test_two_owners_within_one_process_are_two(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    with pytest.raises(LateenError):
        Ownership(tmp_path)
    assert owner_of(tmp_path) == os.getpid()
    first.release()


def test_asking_takes_nothing_away_from_who_wants_to_own(tmp_path: Path) -> None:
    """One asks again and again while a mesh starts: no moment of it may make the start fail."""
    Ownership(tmp_path).release()
    asks = "from pathlib import Path\nimport sys\nfrom lateen.runtime.ownership import owner_of\nprint(flush=True)\n"
    asks += "while True: owner_of(Path(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", asks, str(tmp_path)], stdout=subprocess.PIPE) as asker:
        assert asker.stdout is not None
        asker.stdout.readline()
        for _ in range(200):
            Ownership(tmp_path).release()
        asker.kill()


def test_the_folder_is_made_when_it_is_not_there(tmp_path: Path) -> None:
    Ownership(tmp_path / "run" / "local").release()
    assert (tmp_path / "run" / "local").is_dir()
