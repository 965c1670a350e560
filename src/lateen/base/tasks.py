"""Start background tasks whose errors are never lost, and wait for conditions with a deadline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

_log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()


def spawn(coro: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
    """Run `coro` as a task that is held until it ends; an error is logged under `name`."""
    task = asyncio.create_task(coro, name=name)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("task %s failed", task.get_name(), exc_info=error)


async def cancel(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks and wait until they have ended; their errors were logged when they happened."""
    alive = [task for task in tasks if task is not None and not task.done()]
    for task in alive:
        task.cancel()
    await asyncio.gather(*alive, return_exceptions=True)


async def until(condition: Callable[[], Any], *, seconds: float, what: str, every: float = 0.02) -> Any:
    """Wait until `condition()` is true and return its value; raises TimeoutError naming `what`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (value := condition()):
        if loop.time() >= deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(every)
    return value


async def until_seen(look: Callable[[], Awaitable[Any]], *, seconds: float, what: str, every: float = 0.05) -> Any:
    """Look (which may take its time) until what is seen is true, and return it; raises TimeoutError naming `what`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (value := await look()):
        if loop.time() >= deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(every)
    return value
