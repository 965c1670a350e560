import os

import pytest

from lateen.runtime.forking import LARGEST, pair, receive, send


def test_messages_keep_their_borders_and_their_descriptors():
    one, other = pair()
    with one, other, open(os.devnull) as file:
        send(one, {"a": 1}, [file.fileno()])
        send(one, {"b": 2})
        first, second = receive(other), receive(other)
        assert (first.body, len(first.fds), second.body, second.fds) == ({"a": 1}, 1, {"b": 2}, [])
        assert not os.get_inheritable(first.fds[0])
        os.close(first.fds[0])


def test_an_end_that_is_gone_is_none():
    one, other = pair()
    one.close()
    with other:
        assert receive(other) is None


def test_large_messages_fit_and_larger_ones_are_refused():
    one, other = pair()
    with one, other:
        send(one, {"a": "x" * (LARGEST - 100)})
        assert len(receive(other).body["a"]) == LARGEST - 100
        with pytest.raises(OSError, match="too long"):
            send(one, {"a": "x" * LARGEST})
