"""An API server of a test's own: real sockets, a real file, and clients for each role."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from lateen.apiserver.credentials import ADMIN, Credentials, load_credentials
from lateen.apiserver.objects import Objects, Write
from lateen.apiserver.serve import ApiServerSettings, Endpoint, apiserver
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.client import Client

NODE = "node0"
POD, SERVICE, NAMESPACE = by_kind("Pod"), by_kind("Service"), by_kind("Namespace")
CONFIG_MAP, DEPLOYMENT, VIRTUAL_SERVICE = by_kind("ConfigMap"), by_kind("Deployment"), by_kind("VirtualService")
WRITE = Write("test", "v1")


@dataclass
class Served:
    """A running API server."""

    url: str
    objects: Objects
    credentials: Credentials

    def client(self, role: str = ADMIN) -> Client:
        return Client(self.url, token=self.credentials.tokens[role], user_agent="test/1")


@asynccontextmanager
async def served(
    folder: Path, *, port: int = 0, listening: socket.socket | None = None, **settings: Any
) -> AsyncIterator[Served]:
    """Serve plain HTTP on a free port, or on a socket that listens already, with its files in `folder`."""
    credentials = load_credentials(folder / "pki", node=NODE)
    listening = listening or socket.create_server(("127.0.0.1", port))
    made = ApiServerSettings(folder / "api.db", credentials, **({"node": NODE} | settings))
    with listening:
        async with apiserver(made, [Endpoint(listening)]) as objects:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", objects, credentials)


async def ask(server: Served, method: str, path: str, token: str = "", **options: Any) -> tuple[int, Any]:
    """Send a plain request as admin (or with `token`); returns status and decoded body."""
    token = token or server.credentials.tokens[ADMIN].reveal().decode()
    headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
    url = server.url + path
    async with aiohttp.request(method, url, headers=headers, **options) as answer:
        return answer.status, await answer.json(content_type=None)


def config_map(
    name: str, data: dict[str, str] | None = None, namespace: str = "default", **meta: Any
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace} | meta
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data or {}}


def pod(name: str, namespace: str = "default", **meta: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace} | meta
    spec = {"containers": [{"name": "main", "image": "main:1", "ports": [{"containerPort": 8080}]}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def service(name: str, namespace: str = "default", **spec: Any) -> dict[str, Any]:
    filled = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]} | spec
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": filled,
    }


def deployment(name: str, image: str = "main:1") -> dict[str, Any]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def virtual_service(name: str, weight: int = 100) -> dict[str, Any]:
    route = [{"destination": {"host": "web"}, "weight": weight}]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"hosts": ["web"], "http": [{"route": route}]},
    }


def default(name: str) -> Key:
    return Key("default", name)
