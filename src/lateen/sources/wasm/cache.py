"""Keep fetched modules on disk: each once, by its content, and by where it was found."""

import hashlib
import logging
import os
import tempfile
from pathlib import Path

LIMIT = 256 << 20
"""Bytes of modules that are kept; those that were not used for longest go first."""

_log = logging.getLogger(__name__)


class ModuleCache:
    """A folder of modules, readable by its owner only. What cannot be kept is not kept, and that is all."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit

    def find(self, place: str) -> bytes | None:
        """Return what was found at `place` (any text); None when that is not known, or not as it was."""
        try:
            name = self._place(place).read_text()
            content = (self._folder / f"{name}.wasm").read_bytes()
            if hashlib.sha256(content).hexdigest() != name:
                return None
            os.utime(self._folder / f"{name}.wasm")
        except OSError:
            return None
        return content

    def keep(self, place: str, content: bytes) -> None:
        """Keep what was found at `place`."""
        name = hashlib.sha256(content).hexdigest()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self._folder / f"{name}.wasm").exists():
                self._write(self._folder / f"{name}.wasm", content)
            self._write(self._place(place), name.encode())
            self._shrink()
        except OSError as error:
            _log.warning("cannot keep a module in %s: %s", self._folder, error)

    def _place(self, place: str) -> Path:
        return self._folder / f"{hashlib.sha256(place.encode()).hexdigest()}.place"

    def _write(self, path: Path, content: bytes) -> None:
        handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise

    def _shrink(self) -> None:
        """Remove modules until the rest is small enough, and places that lead to none."""
        modules = sorted(self._folder.glob("*.wasm"), key=lambda one: one.stat().st_mtime_ns)
        total = sum(one.stat().st_size for one in modules)
        for one in modules[:-1]:
            if total <= self._limit:
                return
            total -= one.stat().st_size
            one.unlink()
            for place in self._folder.glob("*.place"):
                if place.read_text() == one.stem:
                    place.unlink()
