"""What names cost: the table of 1,000 services for an agent, one change of it, and queries answered from it."""

import asyncio
import time

import dns.message

from bench import world
from lateen.app.pipeline import ConnectedProxy, Pipeline
from lateen.node.dns_listener import DnsListener, bound_socket
from lateen.node.name_server import NameServer
from lateen.node.names import Names
from lateen.node.resolvers import Resolvers
from lateen.proto.name_table import NAME, NameInfo
from lateen.xds.subscriber import Changes, Subscriber

NODE = "sidecar~10.244.0.1~svc-0-0.default~default.svc.cluster.local"


def run(services: int = 1000, queries: int = 5000) -> None:
    """Print the figures; CPU times are of this process, which is both ends."""
    pipeline = world.filled(services)
    names = Names("default.svc.cluster.local")
    workload = pipeline.plans.workload_at("default", "svc-0-0")
    assert workload is not None
    begun = time.process_time()
    agent = ConnectedProxy(pipeline, workload, lambda proxy: None)
    client = Subscriber(NAME, lambda changes: _take(names, changes))
    agent.session.receive(client.opening(NODE, {}))
    sent = _talk(agent, client)
    print(f"the table of {services} services for an agent: {_ms(begun)} ms CPU at both ends, {sent} bytes")
    _change(pipeline, agent, client)
    asyncio.run(_ask(names, queries))


def _take(names: Names, changes: Changes) -> None:
    names.update({host: None if data is None else NameInfo.decode(data) for host, data in changes.items()})


def _talk(agent: ConnectedProxy, client: Subscriber) -> int:
    sent = 0
    while responses := agent.session.pending():
        for response in responses:
            sent += len(response)
            agent.session.receive(client.receive(response))
    return sent


def _change(pipeline: Pipeline, agent: ConnectedProxy, client: Subscriber) -> None:
    raw = world.service(7)
    raw["spec"]["clusterIP"] = "10.97.0.7"
    last = pipeline.engine.events[-1].sequence
    pipeline.store.put(raw)
    pipeline.settle()
    ran = [key for name, key in pipeline.engine.ran(since=last + 1) if name == "names"]
    begun = time.process_time()
    sent = _talk(agent, client)
    print(f"  one service's address changes: {len(ran)} name planned, {sent} bytes, {_ms(begun)} ms CPU to tell")


async def _ask(names: Names, queries: int) -> None:
    server = NameServer(names, Resolvers([], lambda kind: bound_socket("127.0.0.1", 0)))
    server.known.set()
    wire = dns.message.make_query("svc-7.default.svc.cluster.local", "A").to_wire()
    begun = time.process_time()
    for _ in range(queries):
        assert await server.answer(wire, 512)
    print(f"  a query answered from the table: {(time.process_time() - begun) / queries * 1e6:.0f} µs CPU")
    socket = bound_socket("127.0.0.1", 0)
    address = socket.getsockname()
    listener = DnsListener(server.answer)
    await listener.start([socket], [])
    loop, times = asyncio.get_running_loop(), []
    with bound_socket("127.0.0.1", 0) as asked:
        for _ in range(queries // 5):
            since = time.perf_counter()
            await loop.sock_sendto(asked, wire, address)
            await loop.sock_recv(asked, 512)
            times.append((time.perf_counter() - since) * 1000)
    await listener.close()
    print(
        f"  the same by datagram: {sorted(times)[len(times) // 2]:.2f} ms, p99 {sorted(times)[len(times) * 99 // 100]:.2f}"
    )


def _ms(begun: float) -> str:
    return f"{(time.process_time() - begun) * 1000:.1f}"
