"""How long a workload's certificates live, and when they are renewed: by the variables that Istio's agent reads.

https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars (SECRET_TTL, SECRET_GRACE_PERIOD_RATIO)
"""

from collections.abc import Mapping
from typing import NamedTuple, Self

from lateen.base.errors import Fault, Invalid
from lateen.identity.authority import DEFAULT_TTL
from lateen.kinds.durations import nanoseconds

TTL, GRACE, JITTER = "SECRET_TTL", "SECRET_GRACE_PERIOD_RATIO", "SECRET_GRACE_PERIOD_RATIO_JITTER"


class Lifetimes(NamedTuple):
    """`ttl`: the lifetime that is asked for, in seconds; the authority may give less. A certificate is renewed when
    `grace` of its life is left, give or take `jitter` of it, so that a whole machine does not renew at once."""

    ttl: float = DEFAULT_TTL
    grace: float = 0.5
    jitter: float = 0.1

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        """Read a proxy's variables (`proxyMetadata`); raises Invalid with each that cannot be read."""
        faults: list[Fault] = []
        ttl = nanoseconds(env.get(TTL) or "24h0m0s")
        if ttl is None or ttl < 1e9:
            faults.append(Fault(TTL, f"{env.get(TTL)!r} is no duration of a second or more", "as 24h0m0s"))
        usual = cls()
        grace, jitter = _share(env, GRACE, usual.grace, faults), _share(env, JITTER, usual.jitter, faults)
        if faults:
            raise Invalid("the proxy's metadata", faults)
        return cls((ttl or 0) / 1e9, grace, jitter)

    def renewal_delay(self, lifetime: float, chance: float) -> float:
        """Return in how many seconds to renew a certificate with `lifetime` seconds left; `chance` is from 0 to 1."""
        share = 1 - self.grace + self.jitter * (2 * chance - 1)
        return max(lifetime, 1.0) * min(max(share, 0.01), 0.99)


def _share(env: Mapping[str, str], name: str, default: float, faults: list[Fault]) -> float:
    try:
        found = float(env.get(name) or default)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        faults.append(Fault(name, f"{env.get(name)!r} is no share of a lifetime", "a number from 0 to 1, as 0.5"))
    return found
