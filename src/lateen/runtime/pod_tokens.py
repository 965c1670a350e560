"""The service-account tokens of one pod: each asked for once, and again well before it expires."""

from collections.abc import Awaitable, Callable

from lateen.base.clock import Clock

# The kubelet's: a token is replaced when four fifths of its life are over, and at least once a day.
_USED_UP = 0.8
_DAY = 86_400.0


class PodTokens:
    """Gives tokens by audience ("" = the API server's) and lifetime in seconds; `ask` fetches a new one."""

    def __init__(self, ask: Callable[[str, int], Awaitable[str]], clock: Clock) -> None:
        self._ask, self._clock = ask, clock
        self._kept: dict[tuple[str, int], tuple[str, float]] = {}

    async def __call__(self, audience: str, seconds: int) -> str:
        """A token with at least a fifth of its life before it."""
        now = self._clock.now()
        token, until = self._kept.get((audience, seconds), ("", 0.0))
        if now >= until:
            token, until = await self._ask(audience, seconds), now + min(seconds * _USED_UP, _DAY)
            self._kept[audience, seconds] = token, until
        return token
