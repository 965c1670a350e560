"""The control plane of a local mesh as a process: settings in, tasks out."""

import asyncio
import logging
import signal

from lateen.app.control_plane import ControlPlane, Places
from lateen.app.memory import tune_garbage_collection
from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn
from lateen.server.grpc_server import Endpoint
from lateen.sources.client import Client

NODE_IP = "10.244.0.1"
PROXY_PORT, TOKEN_PORT = 15012, 15013
# Of pods and of services, the API server among them.
NETWORKS = ("10.244.0.0/16", "10.96.0.0/16")


async def run_istiod(settings: Settings) -> None:
    """Run until told to stop. Proxies connect to 15012 with their certificate, agents to 15013 with a token."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    tune_garbage_collection()
    places = Places(
        pki=settings.pki / "mesh",
        debug_socket=settings.istiod_socket,
        endpoints=(
            Endpoint(f"{NODE_IP}:{PROXY_PORT}", mutual=True),
            Endpoint(f"{NODE_IP}:{TOKEN_PORT}", mutual=False),
        ),
        inside=NETWORKS,
        allowed=settings.fetch_allow,
        several_authorizers=settings.several_authorizers,
        certificates=settings.certificates,
    )
    async with Client.from_kubeconfig(settings.inner_kubeconfig("istiod")) as client:
        running = spawn(ControlPlane(client, places, SystemClock()).run(), name="control plane")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        stopping = spawn(stop.wait(), name="stop")
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await cancel(running, stopping)
