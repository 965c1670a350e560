"""The authority of a folder, as its files are now: new ones are taken when they hold together, bad ones are told of."""

import logging
from collections.abc import Callable
from pathlib import Path

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.identity.authority import MAX_TTL, CertificateAuthority
from lateen.server.pki_files import open_authority, read_files, stamp

LOOK_SECONDS = 0.5
SOON = 30 * 86_400.0

_log = logging.getLogger(__name__)


class AuthorityFolder:
    """`authority` is the last one that could be read whole; `error` says why the files are not it ("": they are)."""

    def __init__(
        self, folder: Path, trust_domain: str, clock: Clock, max_ttl: float = MAX_TTL,
        changed: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Opens the folder, and makes an authority where there is none. `changed` is called after every change.

        Raises LateenError when what is there cannot be used.
        """
        self.error = ""
        self.changed = changed
        self._folder = folder
        self._clock = clock
        self._max_ttl = max_ttl
        open_authority(folder, trust_domain, clock)
        self._stamp = stamp(folder)
        self.authority = self._read()

    async def run(self) -> None:
        """Look for changes until cancelled."""
        self._warn()
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Take over what the files say, if that has changed and can be used."""
        now = stamp(self._folder)
        if now == self._stamp:
            return
        self._stamp = now
        try:
            self.authority, self.error = self._read(), ""
        except LateenError as error:
            self.error = str(error)
            _log.error("%s: the former certificates stay in force: %s", self._folder, error)
            return
        _log.info("%s: signing with serial %x now", self._folder, self.authority.certificate.serial_number)
        self._warn()
        self.changed()

    def _read(self) -> CertificateAuthority:
        files = read_files(self._folder)
        if files is None:
            raise LateenError(f"{self._folder} holds no authority any more", "put its files back")
        return CertificateAuthority.of(files, self._clock, self._max_ttl)

    def _warn(self) -> None:
        """Tell of what will stop the mesh when it ends: the signing certificate, and revocation lists (RFC 5280)."""
        soon = self._clock.now() + SOON
        if self.authority.expires < soon:
            _log.warning("%s: the signing certificate ends within 30 days: run `lateen ca rotate`", self._folder)
        for each in self.authority.trust.revoked.lists:
            if (end := each.next_update_utc) is not None and end.timestamp() < soon:
                name = each.issuer.rfc4514_string()
                _log.warning("%s: the revocation list of %s ends at %s: Envoy trusts nobody below it then",
                             self._folder, name, end)  # fmt: skip
