"""Images of the examples' applications, by the names that their manifests use: the processes that stand for them on one machine."""

import fnmatch
import shutil
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

from archive import Image, Layer, write_layer

_FOLDER = "opt/bookinfo"


def example_images(examples: Path, below: tuple[Layer, ...], work: Path, site: str, epoch: int) -> list[Image]:
    """Return an image for each that the manifests of Bookinfo name, upon `below`; its layer is made in `work`."""
    folder = examples / "bookinfo"
    stands_for = [one["spec"] for one in yaml.safe_load_all((folder / "images.yaml").read_text())]
    root = work / "bookinfo"
    shutil.copytree(folder / "services", root / _FOLDER / "services", ignore=shutil.ignore_patterns("__pycache__"))
    for path in distribution("pymysql").files or ():
        if path.suffix == ".py" and ".." not in path.parts:
            target = root / site / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(str(path.locate())), target)
    layers = (*below, write_layer(root, work / "bookinfo.tar", "Bookinfo", epoch))
    names = sorted({name for file in folder.glob("*.yaml") for name in _named(file)})
    return [Image(name, layers, _config(spec)) for name in names if (spec := _spec(name, stands_for))]


def _named(file: Path) -> Iterator[str]:
    for document in yaml.safe_load_all(file.read_text()):
        pod = ((document or {}).get("spec") or {}).get("template", {}).get("spec", {})
        yield from (container["image"] for container in pod.get("containers", ()))


def _spec(name: str, stands_for: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((one for one in stands_for if any(fnmatch.fnmatch(name, glob) for glob in one["images"])), None)


def _config(spec: dict[str, Any]) -> dict[str, Any]:
    env = {"PATH": "/usr/local/bin:/usr/bin:/usr/sbin", "PYTHONUNBUFFERED": "1"} | (spec.get("env") or {})
    return {
        "User": "1000:1000",
        "WorkingDir": f"/{_FOLDER}/{spec['directory']}",
        "Cmd": ["python3" if word == "python" else word for word in spec["command"]],
        "Env": [f"{name}={value}" for name, value in env.items()],
    }
