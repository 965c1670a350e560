"""Images for tests' pods, made of busybox alone: `localhost/pause:1`, which a node needs, and `localhost/tools:1`."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tools" / "images"))

from archive import Image, write_archive, write_layer

BUSYBOX = Path("/bin/busybox")
PAUSE, TOOLS = "localhost/pause:1", "localhost/tools:1"
_NAMES = (
    "sh",
    "cat",
    "ls",
    "sleep",
    "wget",
    "httpd",
    "nc",
    "id",
    "ip",
    "true",
    "nslookup",
    "env",
    "kill",
    "ps",
    "grep",
)


def base_images(folder: Path) -> Path:
    """Write the archive of both images into `folder`, and return it."""
    root, made = folder / "tools-root", folder / "tools.tar"
    for name in ("bin", "tmp", "etc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    shutil.copyfile(BUSYBOX, root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    for name in _NAMES:
        (root / "bin" / name).symlink_to("busybox")
    layer = write_layer(root, folder / "tools-layer.tar", "busybox", 0)
    forever = {"Entrypoint": ["/bin/sleep", "2147483"], "Env": ["PATH=/bin"]}
    write_archive([Image(PAUSE, (layer,), forever), Image(TOOLS, (layer,), forever)], made, 0)
    shutil.rmtree(root)
    return made
