"""How long a container that ended waits before it is started again."""

from dataclasses import dataclass

FIRST = 1.0
LONGEST = 300.0
FORGIVEN_AFTER = 600.0


@dataclass(slots=True)
class Backoff:
    """Kubernetes' crash-loop delays, quicker at first: at once, 1 s, then doubling up to 5 minutes.

    A container that ran for 10 minutes starts from the beginning.
    """

    _next: float = 0.0

    def after(self, ran: float) -> float:
        """Return the delay in seconds after a run of `ran` seconds."""
        if ran >= FORGIVEN_AFTER:
            self._next = 0.0
        delay = self._next
        self._next = min(delay * 2 or FIRST, LONGEST)
        return delay
