"""Access logs of a Telemetry."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.expressions import expression_faults
from lateen.kinds.model import Model
from lateen.kinds.telemetry.provider import ModeMatch, ProviderRef


class LogFilter(Model, frozen=True, kw_only=True):
    """Log only what the CEL `expression` is true for."""

    expression: str = ""


class AccessLogging(Model, frozen=True, kw_only=True):
    """`disabled` None = as the wider level says."""

    match: ModeMatch | None = None
    providers: tuple[ProviderRef, ...] = ()
    disabled: bool | None = None
    filter: LogFilter | None = None


def access_log_faults(path: str, logging: AccessLogging) -> Iterator[Fault]:
    """Yield what is wrong with access logs."""
    if logging.filter is not None:
        yield from expression_faults(f"{path}.filter.expression", logging.filter.expression)
