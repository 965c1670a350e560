"""Carry a sans-io protocol over a stream: feed it what arrives, send what it has to say."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from lateen.base.tasks import cancel, spawn


async def converse(
    read: Callable[[], Awaitable[bytes | None]],
    receive: Callable[[bytes], None],
    pending: Callable[[], Iterable[bytes]],
    news: asyncio.Event,
) -> AsyncGenerator[bytes, None]:
    """Yield what is `pending` after every message received and every piece of `news`, until the peer ends.

    `read` returns the next message, None at the end. `pending` is asked only when the last message is on
    its way: a slow peer gets fewer, newer messages. An error of `read` or `receive` ends the conversation
    and is raised here. Close the iterator (contextlib.aclosing) when leaving early.
    """
    reader = spawn(_listen(read, receive, news), name="conversation")
    news.set()
    try:
        while True:
            await news.wait()
            news.clear()
            for message in pending():
                yield message
            if reader.done():
                break
        if (error := reader.result()) is not None:
            raise error
    finally:
        await cancel(reader)


async def _listen(
    read: Callable[[], Awaitable[bytes | None]], receive: Callable[[bytes], None], news: asyncio.Event
) -> Exception | None:
    try:
        while (message := await read()) is not None:
            receive(message)
            news.set()
    except Exception as error:
        return error
    finally:
        news.set()
    return None
