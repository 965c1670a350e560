"""Where a mesh keeps its things; the only reader of the environment."""

import os
import re
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from lateen.app.certificate_settings import VARIABLES, CertificateSettings
from lateen.base.errors import LateenError

# A unix socket's path has at most 107 bytes; the longest is <run>/pods/<uid>/sds/socket.
LONGEST_RUN = 107 - len("/pods/00000000-0000-0000-0000-000000000000/sds/socket")

# A workload may ask several extension providers.
SEVERAL_AUTHORIZERS = "PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS"

# Who certifies workloads in place of the control plane, and the roots of its own certificate (a PEM file).
CA_ADDRESS, CA_ROOTS = "CA_ADDR", "CA_ROOT_CA"

_MESH = re.compile(r"[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster of Kubernetes whose mesh a command works on: kubeconfigs, their context ("" = the current one)."""

    kubeconfigs: tuple[Path, ...]
    context: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The folders and names of one local mesh.

    `state` outlives the mesh (objects, keys, logs); `run` holds sockets and what a running mesh made.
    LATEEN_MESH names the mesh (default `local`), LATEEN_STATE and LATEEN_RUN move the folders' parents.
    LATEEN_FETCH_ALLOW lists networks (CIDR) inside or beside the machine from which the control plane fetches what
    objects name by URL (JWKS, modules): others that only it can reach are refused. `several_authorizers` is on by
    PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS=true, as Istio names it. `ca_address` (host:port) is by CA_ADDR whom
    agents ask for certificates in place of the control plane, `ca_roots` by CA_ROOT_CA the file of the roots that its
    own certificate ends at, `ca_audience` by LATEEN_CA_AUDIENCE of what audience it wants tokens ("" = the control
    plane's). `cluster`: the one whose mesh is meant, in place of a local one.
    """

    mesh: str
    state: Path
    run: Path
    fetch_allow: tuple[str, ...] = ()
    several_authorizers: bool = False
    certificates: CertificateSettings = field(default_factory=CertificateSettings)
    ca_address: str = ""
    ca_roots: Path | None = None
    ca_audience: str = ""
    cluster: "Cluster | None" = None

    @classmethod
    def load(cls, mesh: str = "") -> "Settings":
        """Read the settings of the mesh named `mesh` (or LATEEN_MESH)."""
        mesh = mesh or os.environ.get("LATEEN_MESH", "local")
        if not _MESH.fullmatch(mesh):
            raise LateenError(
                f"{mesh!r} cannot name a mesh",
                "use at most 11 lower-case letters, digits and dashes (it names a network interface)",
            )
        state = Path(os.environ.get("LATEEN_STATE", "/var/lib/lateen"))
        run = Path(os.environ.get("LATEEN_RUN", "/run/lateen"))
        if len(str(run / mesh)) > LONGEST_RUN:
            raise LateenError(
                f"{run / mesh} is too long a path for sockets below it",
                f"set LATEEN_RUN to a folder of at most {LONGEST_RUN - len(mesh) - 1} characters",
            )
        return cls(
            mesh=mesh,
            state=state / mesh,
            run=run / mesh,
            fetch_allow=_networks("LATEEN_FETCH_ALLOW"),
            several_authorizers=_is_on(SEVERAL_AUTHORIZERS),
            certificates=CertificateSettings.load(os.environ),
            ca_address=_address(CA_ADDRESS),
            ca_roots=Path(os.environ[CA_ROOTS]) if os.environ.get(CA_ROOTS) else None,
            ca_audience=os.environ.get("LATEEN_CA_AUDIENCE", ""),
        )

    @property
    def database(self) -> Path:
        return self.state / "api.db"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    def inner_kubeconfig(self, role: str) -> Path:
        """The kubeconfig of a part of the mesh: admin, istiod, controllers, node."""
        return self.pki / "api" / f"{role}.kubeconfig"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def journal(self) -> Path:
        return self.run / "journal"

    @property
    def kubelet_socket(self) -> Path:
        return self.run / "kubelet.sock"

    @property
    def istiod_socket(self) -> Path:
        return self.run / "istiod.sock"

    @property
    def node_socket(self) -> Path:
        return self.run / "node.sock"


def _networks(name: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())
    for text in found:
        try:
            ip_network(text)
        except ValueError as error:
            raise LateenError(f"{name}: {error}", "list networks, as 10.1.0.0/16,192.0.2.7") from error
    return found


def _address(name: str) -> str:
    text = os.environ.get(name, "")
    host, _, port = text.rpartition(":")
    if text and not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise LateenError(f"{name}: {text!r} is no address", "as ca.example.com:443")
    return text


def _is_on(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "t", "true")


def kubeconfigs() -> list[Path]:
    """Where kubectl looks: the files of KUBECONFIG, or ~/.kube/config."""
    said = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return said or [Path.home() / ".kube" / "config"]


def own_environment() -> dict[str, str]:
    """The variables of a container, for those whose settings they are."""
    return dict(os.environ)


def child_environment() -> dict[str, str]:
    """The environment that Lateen's own processes start with: only what they read."""
    kept = ("PATH", "HOME", "LANG", "TERM", "LATEEN_MESH", "LATEEN_STATE", "LATEEN_RUN", "LATEEN_FETCH_ALLOW",
            "LATEEN_CA_AUDIENCE", CA_ADDRESS, CA_ROOTS, SEVERAL_AUTHORIZERS, *VARIABLES)  # fmt: skip
    env = {name: os.environ[name] for name in kept if name in os.environ}
    return env | {"GRPC_ENABLE_FORK_SUPPORT": "0", "PYTHONUNBUFFERED": "1"}
