"""A conversation sends what is pending when something came or changed, and ends with its peer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lateen.base.conversation import converse


class Echo:
    """A protocol that has something to say about every message, and about news of the world."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.waiting: list[bytes] = []

    def receive(self, message: bytes) -> None:
        if message == b"bad":
            raise ValueError("bad message")
        self.waiting.append(b"re:" + message)

    def pending(self) -> list[bytes]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def happen(self, what: bytes) -> None:
        self.waiting.append(what)
        self.news.set()

    def talk(self, incoming: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
        return converse(incoming.get, self.receive, self.pending, self.news)


async def test_answers_messages_and_news_until_the_peer_ends() -> None:
    echo, queue = Echo(), asyncio.Queue[bytes | None]()
    answers = echo.talk(queue)
    queue.put_nowait(b"hello")
    assert await anext(answers) == b"re:hello"
    echo.happen(b"news")
    assert await anext(answers) == b"news"
    queue.put_nowait(b"last")
    queue.put_nowait(None)
    assert [answer async for answer in answers] == [b"re:last"]


async def test_error_of_the_protocol_is_raised() -> None:
    echo, queue = Echo(), asyncio.Queue[bytes | None]()
    for message in (b"one", b"bad"):
        queue.put_nowait(message)
    answers = echo.talk(queue)
    assert await anext(answers) == b"re:one"
    with pytest.raises(ValueError, match="bad message"):
        await anext(answers)


async def test_slow_peer_gets_everything_that_gathered() -> None:
    echo, queue = Echo(), asyncio.Queue[bytes | None]()
    answers = echo.talk(queue)
    echo.happen(b"1")
    assert await anext(answers) == b"1"
    for what in (b"2", b"3"):
        echo.happen(what)
    assert [await anext(answers), await anext(answers)] == [b"2", b"3"]
    queue.put_nowait(None)
    assert [answer async for answer in answers] == []


async def test_leaving_early_stops_the_reader() -> None:
    echo, queue = Echo(), asyncio.Queue[bytes | None]()
    answers = echo.talk(queue)
    echo.happen(b"1")
    await anext(answers)
    tasks = asyncio.all_tasks()
    await answers.aclose()  # type: ignore[attr-defined]
    assert len(asyncio.all_tasks()) == len(tasks) - 1
