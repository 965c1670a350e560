"""No task's error is lost, and waiting has an end."""

import asyncio
import logging

import pytest

from lateen.base.tasks import cancel, spawn, until, until_seen


async def fails() -> None:
    raise ValueError("broken")


async def test_an_error_in_a_task_is_logged_under_its_name(caplog: pytest.LogCaptureFixture) -> None:
    task = spawn(fails(), name="mender")
    await asyncio.wait([task])
    await until(lambda: "task mender failed" in caplog.text, seconds=2, what="the log")
    assert "ValueError: broken" in caplog.text


async def test_a_cancelled_task_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    task = spawn(asyncio.Event().wait(), name="waiter")
    await cancel(task)
    assert task.cancelled()
    assert caplog.text == ""


async def test_cancel_takes_what_has_ended_or_never_was() -> None:
    done = spawn(asyncio.Event().wait(), name="waiter")
    await cancel(done, None)
    await cancel(done, None)


async def test_cancel_waits_until_the_task_has_cleaned_up() -> None:
    cleaned = asyncio.Event()
    begun = asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    task = spawn(work(), name="work")
    await begun.wait()
    await cancel(task)
    assert cleaned.is_set()


async def test_until_returns_what_became_true() -> None:
    answers = iter([None, 0, "yes"])
    assert await until(lambda: next(answers), seconds=2, what="an answer", every=0.001) == "yes"


async def test_until_names_what_it_waited_for() -> None:
    with pytest.raises(TimeoutError, match=r"waited 0.01 s for the moon"):
        await until(lambda: False, seconds=0.01, what="the moon", every=0.001)


async def test_until_looks_at_least_once() -> None:
    assert await until(lambda: True, seconds=0, what="nothing")


async def test_until_seen_awaits_each_look() -> None:
    answers = iter([0, 3])

    async def look() -> int:
        return next(answers)

    assert await until_seen(look, seconds=2, what="a number", every=0.001) == 3


async def test_until_seen_names_what_it_waited_for() -> None:
    async def look() -> bool:
        return False

    with pytest.raises(TimeoutError, match="the moon"):
        await until_seen(look, seconds=0, what="the moon")
