"""Read where an API server is, and who we are to it, from a kubeconfig or from inside a pod."""

import base64
import ssl as tls
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Access:
    """One API server and one user. `ssl` is None for plain http; `token_file` is read again when it changes."""

    url: str
    ssl: tls.SSLContext | None = None
    token: Redacted | None = None
    token_file: Path | None = None
    namespace: str = "default"


def load_kubeconfig(path: Path, user_context: str = "") -> Access:
    """Read the current (or the named) context of the kubeconfig at `path`; raises LateenError."""
    try:
        config = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError:
        raise LateenError(f"no kubeconfig at {path}", "start the mesh, or name another file") from None
    except (OSError, yaml.YAMLError) as error:
        raise LateenError(f"cannot read the kubeconfig {path}: {error}") from error
    if not isinstance(config, dict):
        raise LateenError(f"{path} is not a kubeconfig")
    chosen = _named(config.get("contexts"), user_context or config.get("current-context") or "", "context", path)
    cluster = _named(config.get("clusters"), chosen.get("cluster", ""), "cluster", path)
    user = _named(config.get("users"), chosen.get("user", ""), "user", path)
    return _access(cluster, user, path, chosen.get("namespace") or "default")


def in_cluster(host: str, port: str, folder: Path = SERVICE_ACCOUNT) -> Access:
    """What a pod knows: KUBERNETES_SERVICE_HOST and _PORT as given, its CA and its token in `folder`."""
    authority = f"[{host}]" if ":" in host else host
    context = tls.create_default_context(cafile=str(folder / "ca.crt"))
    namespace = (folder / "namespace").read_text().strip()
    return Access(f"https://{authority}:{port}", context, None, folder / "token", namespace)


def _named(entries: Iterable[Mapping[str, Any]] | None, name: str, noun: str, path: Path) -> Mapping[str, Any]:
    for entry in entries or ():
        if entry.get("name") == name:
            return entry.get(noun) or {}
    raise LateenError(f"{path} has no {noun} named {name!r}")


def _access(cluster: Mapping[str, Any], user: Mapping[str, Any], path: Path, namespace: str) -> Access:
    if "exec" in user or "auth-provider" in user:
        raise LateenError(
            f"{path}: the user logs in by an external command, which is not supported",
            "use a user with a token or a client certificate",
        )
    url = cluster.get("server", "").rstrip("/")
    token = Redacted(user["token"].encode()) if user.get("token") else None
    token_file = path.parent / user["tokenFile"] if user.get("tokenFile") else None
    context = _context(cluster, user, path.parent) if url.startswith("https:") else None
    return Access(url, context, token, token_file, namespace)


def _context(cluster: Mapping[str, Any], user: Mapping[str, Any], folder: Path) -> tls.SSLContext:
    authority = _bytes(cluster, "certificate-authority", folder)
    context = tls.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = tls.CERT_NONE
    certificate, key = _bytes(user, "client-certificate", folder), _bytes(user, "client-key", folder)
    if certificate and key:
        with tempfile.NamedTemporaryFile() as pair:  # ssl reads keys from files only; this one is 0600
            pair.write(certificate + b"\n" + key)
            pair.flush()
            context.load_cert_chain(pair.name)
    return context


def _bytes(entry: Mapping[str, Any], field: str, folder: Path) -> bytes:
    if data := entry.get(f"{field}-data"):
        return base64.b64decode(data)
    return (folder / entry[field]).read_bytes() if entry.get(field) else b""
