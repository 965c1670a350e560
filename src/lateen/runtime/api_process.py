"""The embedded API server of a local mesh as a process: credentials, admission by injection, inherited sockets."""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from typing import Any

import yaml

from lateen.apiserver.credentials import load_credentials, write_kubeconfig
from lateen.apiserver.serve import ApiServerSettings, Endpoint, run_apiserver
from lateen.app.settings import Settings
from lateen.base.refs import Key
from lateen.inject.admission import Lookup, injection
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind
from lateen.runtime.addressing import POD_GATEWAY

API_PORT = 6443
NODE_NAME = "local"
ROLES = ("admin", "istiod", "controllers", "node")

_MESH_CONFIG = Key("istio-system", "istio")


def prepare_api(settings: Settings, port: int) -> None:
    """Make what is missing of the credentials, and a kubeconfig for people (127.0.0.1:`port` of the machine)
    and for each part of the mesh (127.0.0.1:6443 of the node's namespace)."""
    credentials = load_credentials(settings.pki / "api", node=NODE_NAME)
    write_kubeconfig(settings.kubeconfig, f"https://127.0.0.1:{port}", credentials, name=f"lateen-{settings.mesh}")
    inner = f"https://127.0.0.1:{API_PORT}"
    for role in ROLES:
        write_kubeconfig(settings.inner_kubeconfig(role), inner, credentials, role=role)


async def run_api(settings: Settings, fds: Sequence[int]) -> None:
    """Serve on the inherited listening sockets until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    credentials = load_credentials(settings.pki / "api", node=NODE_NAME)
    tls = credentials.server_tls()
    server = ApiServerSettings(
        settings.database,
        credentials,
        node=NODE_NAME,
        kubelet_socket=settings.kubelet_socket,
        admissions=(injection(_inject_settings),),
        advertise=(POD_GATEWAY, API_PORT),
        signer=settings.certificates.signer,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_apiserver(server, [Endpoint(socket.socket(fileno=fd), tls) for fd in fds], stop=stop)


def _inject_settings(lookup: Lookup) -> InjectSettings:
    return InjectSettings(proxy_config=_default_config(lookup(by_kind("ConfigMap"), _MESH_CONFIG) or {}))


def _default_config(config_map: dict[str, Any]) -> dict[str, Any]:
    """MeshConfig's defaultConfig as written; what cannot be read counts as absent (the control plane says so)."""
    try:
        mesh = yaml.safe_load(config_map.get("data", {}).get("mesh", "")) or {}
    except yaml.YAMLError:
        return {}
    found = mesh.get("defaultConfig") if isinstance(mesh, dict) else None
    return found if isinstance(found, dict) else {}
