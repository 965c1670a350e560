"""Say which local process stands for a container image: ProcessImage objects, matched by glob."""

import fnmatch
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lateen.base.errors import LateenError

# A shebang or a bare `python` finds the interpreter (and its packages) that runs Lateen itself.
SEARCH_PATH = f"{sys.prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ImageNotMapped(LateenError):
    """No ProcessImage covers a container's image."""

    def __init__(self, image: str) -> None:
        repository = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
        document = (
            f"{{apiVersion: lateen.dev/v1alpha1, kind: ProcessImage, metadata: {{name: {repository}}}, "
            f'spec: {{images: ["*{repository}:*"], command: [...], directory: /path/to/its/files}}}}'
        )
        super().__init__(f"no ProcessImage says which process stands for image {image!r}", f"apply one: {document}")


@dataclass(frozen=True, slots=True)
class Launch:
    """How a container's process starts. `directory` is shown to it read-only at the same path ("" = none)."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    directory: str = ""


class Images:
    """The ProcessImages that there are."""

    def __init__(self) -> None:
        self._specs: dict[str, Mapping[str, Any]] = {}

    def put(self, image: Mapping[str, Any]) -> None:
        """Take a ProcessImage, new or changed."""
        self._specs[image["metadata"]["name"]] = image["spec"]

    def delete(self, name: str) -> None:
        """Forget the ProcessImage `name`."""
        self._specs.pop(name, None)

    def launch(self, container: Mapping[str, Any]) -> Launch:
        """How `container` (of a pod's spec) starts. Raises ImageNotMapped.

        As in Kubernetes, the container's `command` replaces the image's command and args, and its `args`
        replace the image's args.
        """
        spec = self._closest(container["image"])
        command = container.get("command") or spec.get("command") or ()
        image_args = () if container.get("command") else spec.get("args") or ()
        argv = (*command, *(container.get("args") or image_args))
        if not argv:
            raise LateenError(f"image {container['image']!r} has no command", "give its ProcessImage a spec.command")
        if argv[0] in ("python", "python3"):
            argv = (sys.executable, *argv[1:])
        directory = spec.get("directory") or ""
        cwd = container.get("workingDir") or directory or "/"
        return Launch(argv, {"PATH": SEARCH_PATH, **(spec.get("env") or {})}, cwd, directory)

    def _closest(self, image: str) -> Mapping[str, Any]:
        """The spec whose pattern has the most literal characters; ties go to the first name."""
        matches = [
            (-sum(character not in "*?" for character in pattern), name)
            for name, spec in self._specs.items()
            for pattern in spec["images"]
            if fnmatch.fnmatchcase(image, pattern)
        ]
        if not matches:
            raise ImageNotMapped(image)
        return self._specs[min(matches)[1]]
