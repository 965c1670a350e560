import gzip
import io
import tarfile

import pytest
from registries import archive

from lateen.sources.fetch import FetchError
from lateen.sources.wasm.archive import module_in

CODE = b"\0asm\1\0\0\0" + bytes(1000)


def tar(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        CODE,
        gzip.compress(CODE),
        archive(CODE),
        archive(CODE, "plugin.wasm"),
        tar({"a.txt": b"1", "only.wasm": CODE}),
        tar({"other.wasm": b"1", "plugin.wasm": CODE}),
    ],
    ids=["bare", "gzip", "image", "image without dot", "only one", "by its name"],
)
def test_a_module_is_found(data: bytes):
    assert module_in(data, 100_000) == CODE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>", "no WebAssembly module"),
        (b"", "no WebAssembly module"),
        (gzip.compress(CODE)[:-9], "its end is missing"),
        (b"\x1f\x8bnothing", "cannot be unpacked"),
        (tar({"a.wasm": CODE, "b.wasm": CODE}), "no plugin.wasm"),
        (tar({"plugin.wasm": b"text"}), "is no WebAssembly module"),
        (archive(CODE, "sub/plugin.txt"), "no plugin.wasm"),
    ],
    ids=["a page", "nothing", "half", "no gzip", "two modules", "text", "another name"],
)
def test_what_holds_none_is_told(data: bytes, why: str):
    with pytest.raises(FetchError, match=why):
        module_in(data, 100_000)


def test_no_more_is_unpacked_than_may_be():
    with pytest.raises(FetchError, match="more than 1000000 bytes"):
        module_in(gzip.compress(bytes(50_000_000)), 1_000_000)
