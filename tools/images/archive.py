"""Write container images as a docker-archive, byte for byte the same from the same files.

The format is what `docker save` writes: https://github.com/moby/docker-image-spec/blob/main/spec.md
`ctr images import`, `podman load` and `docker load` take it. Neither a daemon nor any right is needed to make one.
"""

import hashlib
import io
import json
import os
import stat
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Layer:
    """One layer: `file` holds its tar, `digest` is the SHA-256 of it, `said` how it came to be."""

    file: Path
    digest: str
    said: str


@dataclass(frozen=True)
class Image:
    """An image by its whole `name` (HUB/NAME:TAG). `config`: User, Entrypoint, Env, Labels and so on."""

    name: str
    layers: tuple[Layer, ...]
    config: Mapping[str, Any] = field(default_factory=dict)


def write_layer(root: Path, file: Path, said: str, epoch: int) -> Layer:
    """Make a layer of all that is below `root`: sorted, root's own, with times of `epoch` (seconds)."""
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(_below(root)):
            _add(tar, root, path, epoch)
    with file.open("rb") as written:
        return Layer(file, hashlib.file_digest(written, "sha256").hexdigest(), said)


def write_archive(images: Iterable[Image], file: Path, epoch: int) -> None:
    """Write images into one archive; layers that they share stand in it once."""
    manifest: list[dict[str, Any]] = []
    layers: dict[str, Layer] = {}
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for image in images:
            config = _encoded(_config(image, epoch))
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _put(tar, name, config, epoch)
            layers |= {layer.digest: layer for layer in image.layers}
            paths = [f"{layer.digest}/layer.tar" for layer in image.layers]
            manifest.append({"Config": name, "RepoTags": [image.name], "Layers": paths})
        for digest, layer in layers.items():
            info = _info(f"{digest}/layer.tar", epoch)
            info.size = layer.file.stat().st_size
            with layer.file.open("rb") as content:
                tar.addfile(info, content)
        _put(tar, "manifest.json", _encoded(manifest), epoch)


def _config(image: Image, epoch: int) -> dict[str, Any]:
    made = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine],
        "os": "linux",
        "created": made,
        "config": dict(image.config),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in image.layers]},
        "history": [{"created": made, "created_by": layer.said} for layer in image.layers],
    }


def _below(root: Path) -> Iterable[Path]:
    for folder, folders, files in os.walk(root):
        yield from (Path(folder, name) for name in (*folders, *files))


def _add(tar: tarfile.TarFile, root: Path, path: Path, epoch: int) -> None:
    info = _info(path.relative_to(root).as_posix(), epoch)
    mode = path.lstat().st_mode
    info.mode = stat.S_IMODE(mode)
    if stat.S_ISLNK(mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)
        tar.addfile(info)
    elif stat.S_ISDIR(mode):
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    else:
        info.size = path.stat().st_size
        with path.open("rb") as content:
            tar.addfile(info, content)


def _put(tar: tarfile.TarFile, name: str, content: bytes, epoch: int) -> None:
    info = _info(name, epoch)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _info(name: str, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mtime, info.mode = epoch, 0o644
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def _encoded(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
