"""Keep one workload's certificate valid: obtain it, renew it in time, keep the old one while that fails."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from cryptography import x509

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.spiffe import Identity
from lateen.base.tasks import cancel, spawn
from lateen.identity.certificate import expires_at, identity_of, issuer_key, load_chain
from lateen.identity.keys import load_key, make_request, new_key
from lateen.identity.trust import TrustBundle
from lateen.node.ca_client import Issued, Unavailable
from lateen.node.lifetimes import Lifetimes
from lateen.node.secret_resources import CERTIFICATE, certificate_secret
from lateen.xds.view import View

FIRST_RETRY, LAST_RETRY = 0.5, 60.0

Obtain = Callable[[bytes], Awaitable[Issued]]
Believe = Callable[[TrustBundle], Awaitable[None]]

_log = logging.getLogger(__name__)
_random = random.SystemRandom()


class Renewal:
    """Obtains certificates for `identity` and commits each to `view`.

    `error` is why the last attempt failed ("" after a success), `renewed` counts successes, `expires` is
    when the present certificate ends, in seconds since the epoch (0 = none yet), `issuer` names the key that signed it,
    `leaf` is the certificate.
    """

    def __init__(
        self,
        identity: Identity,
        obtain: Obtain,
        believe: Believe,
        view: View,
        clock: Clock,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        """`obtain` has a PEM request certified; `believe` publishes roots before a certificate of theirs."""
        self._lifetimes = lifetimes or Lifetimes()
        self.identity = identity
        self.ready = asyncio.Event()
        self.error = ""
        self.renewed = 0
        self.expires = 0.0
        self.issuer = ""
        self.leaf: x509.Certificate | None = None
        self._obtain = obtain
        self._believe = believe
        self._view = view
        self._clock = clock
        self._now = asyncio.Event()

    async def run(self) -> None:
        """Renew for ever."""
        failures = 0
        while True:
            try:
                delay = self._lifetimes.renewal_delay(await self._renew(), _random.random())
                failures, self.error = 0, ""
            except Exception as error:
                # Whatever goes wrong, giving up would only show when the certificate ends.
                delay = retry_delay(failures, _random.random())
                failures, self.error = failures + 1, str(error)
                trace = None if isinstance(error, LateenError) else error
                _log.warning("%s: no certificate, again in %.1f s: %s", self.identity.uri, delay, error, exc_info=trace)
            await self._rest(delay)

    def renew_now(self) -> None:
        """Renew without waiting for the time to come."""
        self._now.set()

    async def _rest(self, delay: float) -> None:
        """Wait for `delay` seconds, or until somebody wants a new certificate now."""
        rest = spawn(self._clock.sleep(delay), name="renewal")
        wish = spawn(self._now.wait(), name="renewal wish")
        try:
            await asyncio.wait({rest, wish}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel(rest, wish)
        self._now.clear()

    async def _renew(self) -> float:
        """Obtain and publish a certificate for a new key; returns the seconds it has left to live."""
        key = new_key()
        issued = await self._obtain(make_request(key, self.identity.uri))
        leaf = self._check(issued, key)
        await self._believe(issued.trust)
        self._view.commit({CERTIFICATE: certificate_secret(issued.chain, key)})
        self.expires, self.issuer, self.leaf = expires_at(leaf), issuer_key(leaf), leaf
        self.renewed += 1
        self.ready.set()
        return self.expires - self._clock.now()

    def _check(self, issued: Issued, key: Redacted) -> x509.Certificate:
        chain = load_chain(issued.chain)
        leaf = chain[0]
        if leaf.public_key() != load_key(key).public_key():
            raise Unavailable("the authority certified another key than ours")
        try:
            identity = identity_of(leaf)
        except ValueError as error:
            raise Unavailable(f"the authority's answer cannot be used: {error}") from None
        if identity != self.identity:
            raise Unavailable(f"the authority certified {identity.uri}, not {self.identity.uri}")
        if not issued.trust.vouches_for(chain):
            raise Unavailable("the authority's certificate does not end at the roots it names")
        if expires_at(leaf) <= self._clock.now():
            raise Unavailable("the authority's certificate has already ended", "compare the clocks of the machines")
        return leaf


def retry_delay(failures: int, chance: float) -> float:
    """Return how long to wait after `failures` earlier failures: doubling, capped, from half to all of it."""
    return min(FIRST_RETRY * 2.0 ** min(failures, 16), LAST_RETRY) * (0.5 + chance / 2)
