import asyncio
import os
import pty
from collections.abc import Iterator
from io import FileIO

import pytest

from lateen.base.tasks import cancel, spawn, until
from lateen.runtime.pipes import LEFT, PIECE, Source, write

Pipe = tuple[FileIO, FileIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reader, writer = os.pipe2(os.O_NONBLOCK)
    with FileIO(reader, "r") as first, FileIO(writer, "w") as second:
        yield first, second


async def test_pieces_come_as_they_are_written_until_the_end(pipe: Pipe) -> None:
    reader, writer = pipe
    source = Source(reader.fileno())
    first = spawn(source.read(), name="read")
    writer.write(b"one")
    assert await first == b"one"
    writer.write(b"x" * (PIECE + 1))
    writer.close()
    assert [len(await source.read()) for _ in range(3)] == [PIECE, 1, 0]


async def test_after_the_end_of_the_process_what_is_left_is_read_and_no_more_waited_for(pipe: Pipe) -> None:
    reader, writer = pipe
    source = Source(reader.fileno())
    waiting = spawn(source.read(), name="read")
    await until(lambda: source._waiter is not None, seconds=5, what="a reader that waits")
    writer.write(b"last")
    source.finish()
    assert await waiting == b"last"
    assert await source.read() == b""  # although the writing end is still open


async def test_somebody_who_goes_on_writing_is_not_read_for_ever(pipe: Pipe) -> None:
    reader, writer = pipe
    source, total = Source(reader.fileno()), 0
    source.finish()
    writer.write(b"x" * PIECE)
    while data := await source.read():
        total += len(data)
        writer.write(b"x" * PIECE)
    assert LEFT <= total < LEFT + PIECE


async def test_a_terminal_that_nobody_has_open_has_ended() -> None:
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    try:
        os.write(slave, b"bye")
        os.close(slave)
        source = Source(master)
        assert await source.read() == b"bye"
        assert await source.read() == b""
    finally:
        os.close(master)


async def test_writing_waits_for_the_reader(pipe: Pipe) -> None:
    reader, writer = pipe
    data = os.urandom(1 << 20)
    writing = spawn(write(writer.fileno(), data), name="write")
    source, seen = Source(reader.fileno()), b""
    await asyncio.wait({writing}, timeout=0.05)
    assert not writing.done()
    while len(seen) < len(data):
        seen += await source.read()
    await writing
    assert seen == data


async def test_writing_to_nobody_is_an_error(pipe: Pipe) -> None:
    reader, writer = pipe
    blocked = spawn(write(writer.fileno(), b"x" * (1 << 20)), name="write")
    await asyncio.wait({blocked}, timeout=0.02)
    await cancel(blocked)
    reader.close()
    with pytest.raises(BrokenPipeError):
        await write(writer.fileno(), b"x")
