"""Private unix sockets."""

import socket
import stat
from pathlib import Path

import pytest

from lateen.base.sockets import private_socket


def test_only_its_owner_may_open_it_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    private_socket(path).close()
    with private_socket(path) as listener:
        assert listener.family == socket.AF_UNIX
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        private_socket(tmp_path / "missing" / "s")
