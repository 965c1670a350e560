"""What proves to an API server who we are: a token, a client certificate, or both; given, or in files that rotate."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted


class Pair(NamedTuple):
    """A client certificate (PEM, with its chain) and its key."""

    certificate: bytes
    key: Redacted


class Proof(NamedTuple):
    """What is shown with a request. Nothing: anonymous."""

    token: Redacted | None = None
    pair: Pair | None = None


class ProofSource(Protocol):
    """Where the proof comes from. It may change at any time: ask before every request."""

    async def current(self) -> Proof:
        """Return what proves us now; raises LateenError when it cannot be had."""
        ...

    def refused(self, proof: Proof) -> bool:
        """Take note that the server did not accept `proof` (401); True when asking again may give another."""
        ...


NOTHING = Proof()


@dataclass(frozen=True)
class Given:
    """A proof that stays."""

    proof: Proof = NOTHING

    async def current(self) -> Proof:
        """Return it."""
        return self.proof

    def refused(self, proof: Proof) -> bool:
        """There is no other."""
        return False


class Files:
    """A proof in files, read again when one of them is another file or has another time than before.

    A mounted token is replaced by swapping a symbolic link: that too shows in what `stat` says of the path.
    """

    def __init__(
        self,
        token: Path | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        given: Proof = NOTHING,
    ) -> None:
        """What has no file is taken from `given`."""
        self.token, self.certificate, self.key, self._given = token, certificate, key, given
        self._stamp: object = None
        self._proof = given

    async def current(self) -> Proof:
        """Return what the files hold; raises LateenError naming the file that cannot be read."""
        stamp = [_stamp(path) for path in (self.token, self.certificate, self.key) if path is not None]
        if stamp != self._stamp:
            self._proof = Proof(self._read_token(), self._read_pair())
            self._stamp = stamp
        return self._proof

    def refused(self, proof: Proof) -> bool:
        """Have the files read once more: they may have changed within the resolution of their times."""
        self._stamp = None
        return False

    def _read_token(self) -> Redacted | None:
        return self._given.token if self.token is None else Redacted(_read(self.token).strip())

    def _read_pair(self) -> Pair | None:
        if self.certificate is None or self.key is None:
            return self._given.pair
        return Pair(_read(self.certificate), Redacted(_read(self.key)))


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError as error:
        raise LateenError(
            f"cannot read {path}: {error.strerror}", "the kubeconfig or the pod names this file"
        ) from None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LateenError(
            f"cannot read {path}: {error.strerror}", "the kubeconfig or the pod names this file"
        ) from None
