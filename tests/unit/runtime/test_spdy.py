import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.runtime.spdy import (
    DICTIONARY,
    LARGEST_FRAME,
    Data,
    Opened,
    Ping,
    Reader,
    Reset,
    SpdyError,
    Writer,
    data,
    ping,
    reset,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
HEADERS = st.dictionaries(TEXTS.map(str.lower).filter(lambda name: name == name.lower()), TEXTS, max_size=5)
STREAMS = st.integers(1, 2**31 - 1)
FRAMES = st.one_of(
    st.tuples(st.just("open"), STREAMS, HEADERS),
    st.tuples(st.just("data"), STREAMS, st.binary(max_size=300), st.booleans()),
    st.tuples(st.just("reset"), STREAMS),
    st.tuples(st.just("ping"), st.integers(0, 2**32 - 1)),
)


def test_the_dictionary_is_the_protocols():
    assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2


@given(st.lists(FRAMES, max_size=8), st.integers(1, 50))
def test_what_is_written_is_read_however_it_is_cut(frames, size):
    writer, wire, sent = Writer(), b"", []
    for frame in frames:
        match frame:
            case ("open", stream, headers):
                wire += writer.open(stream, headers)
                sent.append(Opened(stream, headers, False))
            case ("data", stream, content, last):
                wire += data(stream, content, last=last)
                sent.append(Data(stream, content, last))
            case ("reset", stream):
                wire += reset(stream)
                sent.append(Reset(stream))
            case ("ping", number):
                wire += ping(number)
                sent.append(Ping(number))
    reader = Reader()
    assert [frame for at in range(0, len(wire), size) for frame in reader.feed(wire[at : at + size])] == sent


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_frames_or_refused(content):
    with contextlib.suppress(SpdyError):
        list(Reader().feed(content))


def test_names_are_read_in_lower_case():
    [opened] = Reader().feed(Writer().open(1, {"streamType": "data", "requestID": "7"}))
    assert opened.headers == {"streamtype": "data", "requestid": "7"}


def test_what_is_of_no_concern_is_skipped():
    settings = struct.pack(">III", 0x80030004, 4, 0)
    assert list(Reader().feed(settings + ping(3))) == [Ping(3)]
    assert list(Reader().feed(Writer().accept(1))) == []


def test_what_would_be_held_is_bounded():
    with pytest.raises(SpdyError, match="larger"):
        list(Reader().feed(struct.pack(">II", 1, LARGEST_FRAME + 1)))
    with pytest.raises(SpdyError, match="larger"):
        list(Reader().feed(Writer().open(1, {"a": "x" * 100_000})))


def test_another_version_is_refused():
    with pytest.raises(SpdyError, match="only 3"):
        list(Reader().feed(struct.pack(">II", 0x80020001, 0)))
