"""The node process of a local mesh: takes the machine's folder and network, and runs everything else."""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.api_process import API_PORT
from lateen.runtime.leftovers import Journal, clean
from lateen.runtime.network import POD_GATEWAY, Network
from lateen.runtime.node import Node
from lateen.runtime.ownership import Ownership

_log = logging.getLogger(__name__)


def run_node(settings: Settings, published: Sequence[tuple[int, int]]) -> None:
    """Run the mesh until it is told to stop; afterwards nothing of it is left but its state.

    `published`: (port on 127.0.0.1, port of the ingress gateway). The process moves into the mesh's own
    network namespace before it starts threads; sockets on 127.0.0.1 are made in the machine's.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    ownership = Ownership(settings.run)
    if left := clean(settings.journal):
        _log.warning("removed what an earlier run left: %s", ", ".join(left))
    journal = Journal(settings.journal)
    network = Network(settings.mesh, journal)
    try:
        network.up()
        sockets = _api_sockets(network)
        netns.enter(network.path)
        asyncio.run(_run(Node(settings, network, journal, sockets, published)))
    except LateenError as error:
        _log.error("%s %s", error, error.fix)
        raise SystemExit(1) from error
    finally:
        network.down()
        journal.close()
        ownership.release()


def _api_sockets(network: Network) -> list[socket.socket]:
    """The API server's: any free port of the machine's loopback, and 6443 for the mesh's parts and for its pods."""
    return [
        netns.listen_in(network.host, "127.0.0.1", 0),
        netns.listen_in(network.path, "127.0.0.1", API_PORT),
        netns.listen_in(network.path, POD_GATEWAY, API_PORT),
    ]


async def _run(node: Node) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.stop)
    await node.run()
