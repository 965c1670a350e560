"""References of images in registries, as `docker pull` takes them.

https://github.com/distribution/reference
"""

import re
from typing import NamedTuple

_DEFAULT_REGISTRY = "docker.io"
_PATH = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"\w[\w.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class ImageReference(NamedTuple):
    """`registry` is a host, with a port if need be; `digest` is "sha256:…" or "". `tag`: what counts without it."""

    registry: str
    repository: str
    tag: str = "latest"
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{'@' + self.digest if self.digest else ':' + self.tag}"

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """Read a reference, with or without `oci://`. Raises ValueError that says what is wrong with it."""
        name, at, digest = text.removeprefix("oci://").partition("@")
        if at and not _DIGEST.fullmatch(digest):
            raise ValueError(f'"{digest}" is not a digest, as sha256: and 64 hexadecimal digits')
        path, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:
            path, tag = name, "latest"
        elif not _TAG.fullmatch(tag):
            raise ValueError(f'"{tag}" is not a tag')
        registry, slash, repository = path.partition("/")
        if not slash or not (set(registry) & {".", ":"} or registry == "localhost"):
            registry, repository = _DEFAULT_REGISTRY, path if slash else f"library/{path}"
        if not _PATH.fullmatch(repository):
            raise ValueError(f'"{repository}" is not the name of a repository')
        return cls(registry, repository, tag, digest)
