"""The access loggers: each writes of every request, or of every connection that carries bytes."""

from collections.abc import Callable
from typing import Any

from lateen.envoy.access_loggers.file import file
from lateen.envoy.fields import Extension, extend
from lateen.plan.listener import Listener

AccessLogger = Callable[[Listener], Extension | None]  # None: this listener does not want it

ACCESS_LOGGERS: tuple[AccessLogger, ...] = (file,)


def log_to(target: Any, listener: Listener) -> None:
    """Add the loggers that `listener` wants to `target`, an `access_log` field."""
    for build in ACCESS_LOGGERS:
        if (extension := build(listener)) is not None:
            extend(target.add(), extension)


def log_unmatched(target: Any, listener: Listener) -> None:
    """The same for the listener itself: only connections that no chain takes, which nobody else logs."""
    first = len(target)
    log_to(target, listener)
    for added in target[first:]:
        added.filter.response_flag_filter.flags.append("NR")
