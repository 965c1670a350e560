"""Who to be in a registry, as image pull Secrets say it.

https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
"""

import base64
import binascii
from typing import Any, NamedTuple

from lateen.base.foreign_json import read_json
from lateen.base.redacted import Redacted
from lateen.sources.fetch import FetchError

_DOCKER_HUB = "docker.io"
_OF_DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", "docker.io")


class Credential(NamedTuple):
    """A `user` with a `password`; or a `token` to be shown as it is."""

    user: str = ""
    password: Redacted = Redacted(b"")
    token: Redacted | None = None

    def basic(self) -> str:
        """Return the value of the header Authorization that shows it."""
        pair = self.user.encode() + b":" + self.password.reveal()
        return "Basic " + base64.b64encode(pair).decode()


def credential_for(registry: str, repository: str, config: bytes) -> Credential | None:
    """Find what a Docker configuration (`.dockerconfigjson`, or the older `.dockercfg`) says of a repository: the
    longest path counts. None: nothing. Raises FetchError when it cannot be read."""
    try:
        said = read_json(config)
        entries = said.get("auths", said)
        found = {_host_path(name): entry for name, entry in entries.items() if isinstance(entry, dict)}
    except (ValueError, AttributeError) as error:
        raise FetchError("the pull secret holds no Docker configuration") from error
    names = _OF_DOCKER_HUB if registry == _DOCKER_HUB else (registry,)
    matching = [path for path in found if any(_covers(path, f"{name}/{repository}") for name in names)]
    return _credential(found[max(matching, key=len)]) if matching else None


def _host_path(name: str) -> str:
    bare = name.removeprefix("https://").removeprefix("http://").rstrip("/")
    return bare.removesuffix("/v1").removesuffix("/v2")


def _covers(path: str, wanted: str) -> bool:
    return wanted == path or wanted.startswith(f"{path}/")


def _credential(entry: dict[str, Any]) -> Credential:
    if token := entry.get("registrytoken"):
        return Credential(token=Redacted(str(token).encode()))
    user, password = str(entry.get("username") or ""), str(entry.get("password") or "").encode()
    if auth := entry.get("auth"):
        try:
            name, _, password = base64.b64decode(str(auth), validate=True).partition(b":")
            user = name.decode()
        except (binascii.Error, ValueError) as error:
            raise FetchError("the pull secret holds no Docker configuration: auth is not base64") from error
    return Credential(user, Redacted(password))
