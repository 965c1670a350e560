"""Read manifests from files, folders and standard input."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lateen.base.errors import Fault, Invalid, LateenError
from lateen.kinds.documents import Document, load

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
STDIN = "-"


def read_manifests(paths: Iterable[str | Path]) -> list[Document]:
    """Read every document of the given files; folders are searched recursively, in order of names.

    "-" is standard input. Raises Invalid for what cannot be read or is no YAML, LateenError for an empty folder.
    """
    return [document for path in paths for file in manifest_files(path) for document in _documents(file)]


def manifest_files(path: str | Path) -> Iterator[str]:
    """Yield the manifest files that `path` stands for: itself, or those within the folder."""
    place = Path(path)
    if str(path) == STDIN or not place.is_dir():
        yield str(path)
        return
    found = sorted(file for file in place.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not found:
        raise LateenError(f"no manifests in {path}", "manifests end in .yaml, .yml or .json")
    yield from map(str, found)


def _documents(file: str) -> list[Document]:
    if file == STDIN:
        return load(sys.stdin.read(), "<stdin>")
    try:
        return load(Path(file).read_text(encoding="utf-8"), file)
    except OSError as error:
        raise Invalid(file, [Fault("", f"cannot be read: {error.strerror}", file=file)]) from error
    except UnicodeDecodeError as error:
        raise Invalid(file, [Fault("", f"is not UTF-8 text: {error.reason}", file=file)]) from error
