"""Make a pod's volumes as folders on the machine: emptyDir, configMap, secret, downwardAPI, projected."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lateen.base.errors import LateenError
from lateen.runtime.environment import Lookup, MissingReference, fetch
from lateen.runtime.fields import field_value

# Asks for a token of the pod's service account: audience ("" = the API server's), lifetime in seconds.
Tokens = Callable[[str, int], Awaitable[str]]

Files = dict[str, tuple[bytes, int]]

_MODE = 0o644
_LIVE = ("configMap", "secret", "projected", "downwardAPI")


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of one pod below `folder`, each made when a container first mounts it."""

    folder: Path
    lookup: Lookup
    tokens: Tokens

    async def make(self, pod: Mapping[str, Any], name: str) -> Path:
        """Make the volume `name` of `pod` (or bring it up to date) and return its folder.

        Raises MissingReference for what is not there yet, LateenError for a kind of volume that is not known.
        """
        volume = next((item for item in pod["spec"].get("volumes") or () if item["name"] == name), None)
        if volume is None:
            raise LateenError(f"the pod has no volume {name!r}", "add it to spec.volumes")
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)
        if writable(pod, name):
            path.chmod(0o777)
            return path
        write_files(path, await self._files(volume, pod))
        return path

    async def refresh(self, pod: Mapping[str, Any]) -> None:
        """Rewrite the made volumes whose sources may have changed, as the kubelet does every minute."""
        for volume in pod["spec"].get("volumes") or ():
            if any(kind in volume for kind in _LIVE) and (self.folder / volume["name"]).is_dir():
                await self.make(pod, volume["name"])

    def remove(self) -> None:
        """Remove them all."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _files(self, volume: Mapping[str, Any], pod: Mapping[str, Any]) -> Files:
        if "projected" in volume:
            mode = volume["projected"].get("defaultMode", _MODE)
            files: Files = {}
            for source in volume["projected"].get("sources") or ():
                files |= await self._source(source, pod, mode)
            return files
        sources = {name: value for name, value in volume.items() if name != "name"}
        mode = next(iter(sources.values())).get("defaultMode", _MODE)
        if "secret" in sources:
            sources["secret"] = {"name": sources["secret"].get("secretName"), **sources["secret"]}
        return await self._source(sources, pod, mode)

    async def _source(self, source: Mapping[str, Any], pod: Mapping[str, Any], mode: int) -> Files:
        kind, spec = next(iter(source.items()))
        match kind:
            case "configMap":
                return _keys(await fetch("ConfigMap", spec, self.lookup), spec, mode)
            case "secret":
                return _keys(await fetch("Secret", spec, self.lookup), spec, mode)
            case "downwardAPI":
                return {item["path"]: _field(item, pod, mode) for item in spec.get("items") or ()}
            case "serviceAccountToken":
                token = await self.tokens(spec.get("audience", ""), spec.get("expirationSeconds", 3600))
                return {spec["path"]: (token.encode(), mode)}
        raise LateenError(
            f"a volume of kind {kind!r} is not known here",
            "use emptyDir, configMap, secret, downwardAPI or projected",
        )


def writable(pod: Mapping[str, Any], name: str) -> bool:
    """Whether the volume is an emptyDir (also when it says nothing of its kind); all others are read only."""
    volumes: Iterable[Mapping[str, Any]] = pod["spec"].get("volumes") or ()
    return any(item["name"] == name and ("emptyDir" in item or len(item) == 1) for item in volumes)


def _field(item: Mapping[str, Any], pod: Mapping[str, Any], mode: int) -> tuple[bytes, int]:
    return field_value(pod, item["fieldRef"]["fieldPath"]).encode(), item.get("mode", mode)


def _keys(found: Mapping[str, bytes] | None, spec: Mapping[str, Any], mode: int) -> Files:
    """The files of a ConfigMap's or Secret's keys: all, or those of `items` under their own paths."""
    if found is None:
        return {}
    if not spec.get("items"):
        return {key: (value, mode) for key, value in found.items()}
    files: Files = {}
    for item in spec["items"]:
        if item["key"] not in found:
            if spec.get("optional"):
                continue
            raise MissingReference(f'key "{item["key"]}" not found in "{spec["name"]}"')
        files[item["path"]] = (found[item["key"]], item.get("mode", mode))
    return files


def write_files(folder: Path, files: Files) -> None:
    """Write `files` below `folder` so that a reader sees all of the old ones or all of the new ones.

    As in Kubernetes: the files live in a folder of their own, and the link `..data` is turned to it at once.
    """
    current = folder / "..data"
    if _same(current, files):
        return
    made = folder / f"..{os.urandom(6).hex()}"
    paths = {name: made / _inside(name) for name in files}
    made.mkdir()
    for name, (content, mode) in files.items():
        path = paths[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
    for inner in (made, *(path for path in made.rglob("*") if path.is_dir())):
        inner.chmod(0o755)
    old = current.resolve() if current.is_symlink() else None
    turning = folder / "..turning"
    turning.symlink_to(made.name)
    turning.replace(current)
    _link(folder, {PurePosixPath(name).parts[0] for name in files})
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise LateenError(f"a volume's file cannot be at {name!r}", "use a path inside the volume")
    return path


def _same(current: Path, files: Files) -> bool:
    if not current.is_symlink():
        return False
    there = {str(path.relative_to(current)) for path in current.rglob("*") if path.is_file()}
    return there == set(files) and all((current / name).read_bytes() == files[name][0] for name in files)


def _link(folder: Path, names: Iterable[str]) -> None:
    """Let every top name point through `..data`; names that are gone go."""
    wanted = set(names)
    for path in folder.iterdir():
        if path.is_symlink() and path.name != "..data" and path.name not in wanted:
            path.unlink()
    for name in wanted:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
