"""Find the module in what was fetched: the module itself, or an archive of one.

https://github.com/solo-io/wasm/blob/master/spec/spec-compat.md
"""

import io
import tarfile
import zlib
from pathlib import PurePosixPath

from lateen.sources.fetch import FetchError

MAGIC = b"\0asm"
_GZIP = b"\x1f\x8b"
_IN_IMAGES = "plugin.wasm"


def module_in(data: bytes, limit: int) -> bytes:
    """Return the module that `data` is, or holds: compressed by gzip, or as the file plugin.wasm of a tar archive (or
    its only *.wasm). At most `limit` bytes are unpacked. Raises FetchError when there is none."""
    if data.startswith(_GZIP):
        data = _decompress(data, limit)
    if data.startswith(MAGIC):
        return data
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return _member(archive)
    except tarfile.TarError as error:
        raise FetchError("it is no WebAssembly module, and no archive of one") from error


def _decompress(data: bytes, limit: int) -> bytes:
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = decompressor.decompress(data, limit + 1)
    except zlib.error as error:
        raise FetchError(f"it cannot be unpacked: {error}") from error
    if len(found) > limit:
        raise FetchError(f"it is more than {limit} bytes when it is unpacked")
    if not decompressor.eof:
        raise FetchError("it cannot be unpacked: its end is missing")
    return found


def _member(archive: tarfile.TarFile) -> bytes:
    files = {str(PurePosixPath("/", one.name)): one for one in archive.getmembers() if one.isfile()}
    modules = [one for name, one in files.items() if name.endswith(".wasm")]
    member = files.get(f"/{_IN_IMAGES}") or (modules[0] if len(modules) == 1 else None)
    opened = archive.extractfile(member) if member is not None else None
    if opened is None:
        raise FetchError(f"there is no {_IN_IMAGES} in it")
    found = opened.read()
    if not found.startswith(MAGIC):
        raise FetchError(f"its {_IN_IMAGES} is no WebAssembly module")
    return found
