"""Read where an API server is, and who we are to it, from kubeconfigs or from inside a pod."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.sources.access import Access
from lateen.sources.exec_plugin import ExecPlugin, command_of
from lateen.sources.login import Login, Trust
from lateen.sources.proof import Files, Given, Pair, Proof, ProofSource

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

Entry = Mapping[str, Any]


class _Named(NamedTuple):
    """An entry, and the file it stands in: paths in it are relative to that file's folder."""

    entry: Entry
    path: Path

    def bytes(self, field: str) -> bytes:
        """The value of `field`-data, or what the file of `field` holds; b"" when there is neither."""
        try:
            if data := self.entry.get(f"{field}-data"):
                return base64.b64decode("".join(data.split()), validate=True)
            return file.read_bytes() if (file := self.file(field)) else b""
        except (binascii.Error, ValueError):
            raise LateenError(f"{self.path}: {field}-data is not base64") from None
        except OSError as error:
            raise LateenError(f"{self.path}: cannot read {field} {error.filename}: {error.strerror}") from None

    def file(self, field: str) -> Path | None:
        """The file that `field` names."""
        return self.path.parent / self.entry[field] if self.entry.get(field) else None


def load_kubeconfig(
    paths: Path | Sequence[Path], user_context: str = "", environment: Mapping[str, str] | None = None
) -> Access:
    """Read the current (or the named) context of a kubeconfig, or of several as if they were one; raises LateenError.

    As with kubectl, the first file that says something counts, and of several files some may be missing.
    `environment` is what a login command sees beside its own variables.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    configs = [(path, config) for path in files if (config := _read(path)) is not None]
    where = ", ".join(map(str, files))
    if not configs:
        raise LateenError(f"no kubeconfig at {where}", "start the mesh, or name another file")
    current = user_context or next((name for _, each in configs if (name := each.get("current-context"))), "")
    if not current:
        raise LateenError(f"{where} has no current-context", "kubectl config use-context NAME")
    chosen = _named(configs, "contexts", "context", current).entry
    cluster = _named(configs, "clusters", "cluster", chosen.get("cluster") or "")
    name = chosen.get("user") or ""
    user = _named(configs, "users", "user", name) if name else _Named({}, cluster.path)
    return _access(cluster, user, chosen.get("namespace") or "default", environment or {})


def in_cluster(host: str, port: str, folder: Path = SERVICE_ACCOUNT) -> Access:
    """What a pod knows: KUBERNETES_SERVICE_HOST and _PORT as given, its CA and its token in `folder`."""
    authority = f"[{host}]" if ":" in host else host
    try:
        trust, namespace = Trust((folder / "ca.crt").read_text()), (folder / "namespace").read_text().strip()
    except OSError as error:
        fix = "does the pod set automountServiceAccountToken: false?"
        raise LateenError(f"cannot read {error.filename}: {error.strerror}", fix) from None
    return Access(f"https://{authority}:{port}", Login(Files(folder / "token"), trust), namespace)


def _read(path: Path) -> Entry | None:
    try:
        config = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LateenError(f"cannot read the kubeconfig {path}: {error}") from error
    if not isinstance(config, dict):
        raise LateenError(f"{path} is not a kubeconfig")
    return config


def _named(configs: Sequence[tuple[Path, Entry]], field: str, noun: str, name: str) -> _Named:
    found = [(path, entry) for path, config in configs for entry in config.get(field) or ()]
    for path, entry in found:
        if entry.get("name") == name:
            return _Named(entry.get(noun) or {}, path)
    where = ", ".join(str(path) for path, _ in configs)
    names = ", ".join(dict.fromkeys(str(entry.get("name")) for _, entry in found))
    raise LateenError(f"{where} has no {noun} named {name!r}", f"there are: {names}" if names else "")


def _access(cluster: _Named, user: _Named, namespace: str, environment: Mapping[str, str]) -> Access:
    entry = cluster.entry
    url, proxy = str(entry.get("server") or "").rstrip("/"), str(entry.get("proxy-url") or "")
    if not url.startswith(("https://", "http://")):
        raise LateenError(f"{cluster.path}: the cluster's server {url!r} is no URL", "https://host:port")
    if proxy and not proxy.startswith(("http://", "https://")):
        raise LateenError(f"{cluster.path}: proxy-url {proxy!r} is no HTTP proxy", "SOCKS is not supported")
    trust = None
    if url.startswith("https:"):
        insecure = bool(entry.get("insecure-skip-tls-verify"))
        authority = cluster.bytes("certificate-authority").decode()
        if insecure and authority:
            fix = "remove insecure-skip-tls-verify"
            raise LateenError(f"{cluster.path}: a certificate-authority is given, but is not to be used", fix)
        trust = Trust(authority, insecure)
    return Access(
        url,
        Login(_source(user, cluster, environment), trust),
        namespace,
        str(entry.get("tls-server-name") or ""),
        proxy,
        tuple(_impersonation(user.entry)),
    )


def _source(user: _Named, cluster: _Named, environment: Mapping[str, str]) -> ProofSource:
    entry, folder = user.entry, user.path.parent
    if "auth-provider" in entry:
        name = (entry["auth-provider"] or {}).get("name", "")
        fix = "auth-provider was removed in Kubernetes 1.26: use exec, a token or a client certificate"
        raise LateenError(f"{user.path}: the user logs in by the auth-provider {name!r}", fix)
    if entry.get("username") or entry.get("password"):
        fix = "Kubernetes knows no passwords since 1.19: use exec, a token or a client certificate"
        raise LateenError(f"{user.path}: the user logs in by a password", fix)
    if entry.get("exec"):
        return ExecPlugin(command_of(entry["exec"], _cluster_info(cluster), folder, environment))
    token = Redacted(str(entry["token"]).encode()) if entry.get("token") else None
    certificate, key = _pair_files(user)
    given = Proof(token, None if certificate else _given_pair(user))
    token_file = user.file("tokenFile")
    if token_file or certificate:
        return Files(token_file, certificate, key, given)
    return Given(given)


def _given_pair(user: _Named) -> Pair | None:
    certificate, key = user.bytes("client-certificate"), user.bytes("client-key")
    if bool(certificate) != bool(key):
        raise LateenError(f"{user.path}: the user has only one of client-certificate and client-key")
    return Pair(certificate, Redacted(key)) if certificate else None


def _pair_files(user: _Named) -> tuple[Path | None, Path | None]:
    """The files of the client certificate, when both halves are in files: those may be renewed."""
    if user.entry.get("client-certificate-data") or user.entry.get("client-key-data"):
        return None, None
    certificate, key = user.file("client-certificate"), user.file("client-key")
    return (certificate, key) if certificate and key else (None, None)


def _impersonation(user: Entry) -> Iterator[tuple[str, str]]:
    if user.get("as"):
        yield "Impersonate-User", str(user["as"])
    if user.get("as-uid"):
        yield "Impersonate-Uid", str(user["as-uid"])
    for group in user.get("as-groups") or ():
        yield "Impersonate-Group", str(group)
    for name, values in (user.get("as-user-extra") or {}).items():
        for value in values:
            yield f"Impersonate-Extra-{name}", str(value)


def _cluster_info(cluster: _Named) -> Entry:
    """What a login command is told of the cluster."""
    authority = cluster.bytes("certificate-authority")
    names = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url")
    info = {name: cluster.entry[name] for name in names if cluster.entry.get(name)}
    return info | ({"certificate-authority-data": base64.b64encode(authority).decode()} if authority else {})
