"""Private unix sockets, and TCP sockets that notice when their peer is gone."""

import socket
import stat
from pathlib import Path

import pytest

from lateen.base.sockets import private_socket, watchful_socket


def test_only_its_owner_may_open_it_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    private_socket(path).close()
    with private_socket(path) as listener:
        assert listener.family == socket.AF_UNIX
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        private_socket(tmp_path / "missing" / "s")


def test_a_peer_that_is_gone_is_noticed_within_half_a_minute() -> None:
    with watchful_socket(socket.AF_INET, socket.SOCK_STREAM, 0) as made:
        assert not made.getblocking()
        named = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        idle, each, most, unanswered = (made.getsockopt(socket.IPPROTO_TCP, one) for one in named)
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert idle + each * most == unanswered / 1000 == 30
