import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.runtime.channels import V4, V5, Resize, Streams, ended, failed, said


@given(st.binary(min_size=1))
def test_what_is_typed_arrives_as_it_is(data: bytes) -> None:
    assert said(b"\0" + data, V5) == data


def test_only_the_fifth_protocol_can_close_stdin() -> None:
    assert said(b"\xff\x00", V5) is None
    assert said(b"\xff\x00", V4) == ()
    assert said(b"\xff\x01", V5) == ()


def test_a_new_size_is_read_and_nonsense_is_not() -> None:
    assert said(b'\x04{"Width":80,"Height":24}', V5) == Resize(80, 24)
    for text in (b"", b"{", b"[]", b'{"Width":0,"Height":24}', b'{"Width":"x"}'):
        assert said(b"\x04" + text, V5) == ()


@given(st.binary())
def test_no_message_of_a_client_is_an_error(message: bytes) -> None:
    said(message, V5)


def test_an_end_is_told_as_kubernetes_tells_it() -> None:
    assert json.loads(ended(0)[1:]) == {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    for code, told in ((7, "7"), (-9, "137")):
        message = ended(code)
        assert message[0] == 3
        status = json.loads(message[1:])
        assert status["reason"] == "NonZeroExitCode"
        assert status["details"]["causes"] == [{"reason": "ExitCode", "message": told}]
    assert json.loads(failed("no such program")[1:])["message"] == "no such program"


def test_what_is_wanted_must_be_something_and_go_together() -> None:
    assert Streams.of({"stdin": "true", "stdout": "1", "tty": "true"}) == Streams(True, True, False, True)
    with pytest.raises(ValueError, match="at least one"):
        Streams.of({"tty": "true"})
    with pytest.raises(ValueError, match="tty and stderr"):
        Streams.of({"stdout": "true", "stderr": "true", "tty": "true"})
