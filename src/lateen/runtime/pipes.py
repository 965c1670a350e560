"""The supervisor's ends of a process's pipes and terminal: read and written without blocking, piece by piece."""

import asyncio
import errno
import os

PIECE = 32 * 1024
# What a process may have left in a pipe or a terminal when it ended: more comes from somebody else.
LEFT = 256 * 1024


class Source:
    """What is written to the other end of `fd` (non-blocking; the caller closes it). Nothing is read ahead."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiter: asyncio.Future[None] | None = None
        self._left = -1

    async def read(self) -> bytes:
        """The next piece; b"" at the end, or when nothing is left after `finish`."""
        while self._left:
            if self._left < 0:
                await self._readable()
            try:
                return self._counted(os.read(self._fd, PIECE))
            except BlockingIOError:
                if self._left >= 0:
                    break
            except OSError as error:
                if error.errno != errno.EIO:  # a terminal that nobody has open any more
                    raise
                break
        return b""

    def finish(self) -> None:
        """The process has ended: what it wrote is there by now, and what it left running is not waited for."""
        self._left = LEFT
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _counted(self, data: bytes) -> bytes:
        if self._left >= 0:
            self._left = max(self._left - len(data), 0)
        return data

    async def _readable(self) -> None:
        """Wait, always for a turn of the loop: a process that writes without end starves nobody."""
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        loop.add_reader(self._fd, _settle, self._waiter)
        try:
            await self._waiter
        finally:
            loop.remove_reader(self._fd)


async def write(fd: int, data: bytes) -> None:
    """Write everything, as fast as it is taken. Raises OSError: nobody reads any more (BrokenPipeError, EIO)."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            await _writable(fd)


async def _writable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    loop.add_writer(fd, _settle, waiter)
    try:
        await waiter
    finally:
        loop.remove_writer(fd)


def _settle(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
