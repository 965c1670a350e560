"""How often one workload may have a key certified: a leaking or hostile one starves nobody else."""

from collections import OrderedDict
from collections.abc import Hashable

from lateen.base.clock import Clock
from lateen.base.errors import LateenError

# More than any renewal needs.
PER_MINUTE = 60
_MINUTE = 60.0


class TooOften(LateenError):
    """Somebody asks more often than is granted."""


class IssuanceLimit:
    """A bucket for each asker that holds `per_minute` certificates and fills within a minute; 0 = no limit."""

    def __init__(self, clock: Clock, per_minute: int = PER_MINUTE) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()  # when each bucket is full again

    def take(self, who: Hashable) -> None:
        """Take one certificate for `who`; raises TooOften where its bucket is empty."""
        if not self._per_minute:
            return
        now, each = self._clock.monotonic(), _MINUTE / self._per_minute
        self._forget(now)
        full_at = max(self._full_at.get(who, now), now) + each
        if full_at > now + _MINUTE:
            raise TooOften(
                f"{self._per_minute} certificates within a minute are enough for one workload",
                f"ask again in {full_at - now - _MINUTE:.0f} s, and find out why it asks so often",
            )
        self._full_at[who] = full_at
        self._full_at.move_to_end(who)

    def _forget(self, now: float) -> None:
        """Forget the buckets that are full again: of those that were asked for longest ago, at most two."""
        for _ in range(2):
            oldest = next(iter(self._full_at.items()), None)
            if oldest is None or oldest[1] > now:
                return
            del self._full_at[oldest[0]]
