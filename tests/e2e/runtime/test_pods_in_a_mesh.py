"""Everything together: names, service addresses, hosts outside, captured traffic, a published port."""

import asyncio
import sys

import dns.message

from lateen.base.tasks import until
from lateen.node.capture import Capture, ruleset
from lateen.node.resolvers import Resolvers
from lateen.runtime import netns
from lateen.runtime.dns import DnsServer
from lateen.runtime.network import DNS_IP, apply_rules
from lateen.runtime.publish import Publication
from lateen.runtime.sandbox import ContainerSpec
from lateen.runtime.services import Backends, Endpoint, Front, ServiceRules
from lateen.runtime.zone import NamedService, Zone

CALL = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 3) as c: print(c.recv(100).decode().strip())
"""
REDIRECTED = """
import socket, struct, sys
with socket.create_server(("0.0.0.0", int(sys.argv[2]))) as s:
    while True:
        c, _ = s.accept()
        port, ip = struct.unpack("!2xH4s8x", c.getsockopt(socket.SOL_IP, 80, 16))  # SO_ORIGINAL_DST
        c.sendall(f"{sys.argv[1]} was meant for {socket.inet_ntoa(ip)}:{port}\\n".encode())
        c.close()
"""


async def test_a_pod_reaches_a_service_by_its_short_name(pods):
    (client, _), (server, network) = await pods.make("a"), await pods.make("b")
    await pods.serve(server, 8080)
    names = DnsServer(Zone.of([NamedService("web", "shop", address="10.96.0.20")]), Resolvers([], lambda: None))
    await names.start(pods.network.path, DNS_IP)
    front = {Front("10.96.0.20", "tcp", 80): Backends((Endpoint(network.ip, 8080),))}
    await asyncio.to_thread(ServiceRules(pods.network.path).set, front)
    try:
        assert (await pods.said(client, CALL, "web", "80")).startswith("b ")
        assert (await pods.said(client, CALL, "web.shop.svc.cluster.local", "80")).startswith("b ")
        code = "import socket; socket.getaddrinfo('nope', 80)"
        assert await (await pods.python(client, code)).wait() == 1
    finally:
        await names.close()


async def test_names_are_served_over_tcp_too(pods):
    names = DnsServer(Zone.of([NamedService("web", "shop", address="10.96.0.20")]), Resolvers([], lambda: None))
    await names.start(pods.network.path, DNS_IP)
    try:
        made = await asyncio.to_thread(netns.connect_in, pods.network.path, DNS_IP, 53)
        reader, writer = await asyncio.open_connection(sock=made)
        for _ in range(2):
            query = dns.message.make_query("web.shop.svc.cluster.local", "A").to_wire()
            writer.write(len(query).to_bytes(2) + query)
            answer = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            assert dns.message.from_wire(answer).answer[0][0].address == "10.96.0.20"
        writer.close()
    finally:
        await names.close()


async def test_an_application_reaches_a_host_outside(pods, call):
    sandbox, _ = await pods.make("a")
    host = pods.network.add_host("db", "203.0.113.20")
    with netns.listen_in(host.path, "0.0.0.0", 3306) as server:
        calling = asyncio.create_task(pods.said(sandbox, CALL, host.ip, "3306"))
        made, peer = await asyncio.get_running_loop().sock_accept(server)
        made.sendall(f"welcome {peer[0]}".encode())
        made.close()
        assert await calling == "welcome 203.0.113.1"


async def test_captured_connections_go_to_the_proxy_and_its_own_do_not(pods, call):
    (client, network), (server, other) = await pods.make("a"), await pods.make("b")
    await pods.serve(server, 8080)
    await asyncio.to_thread(apply_rules, network.path, ruleset(Capture()))
    for name, port in (("out", "15001"), ("in", "15006")):
        argv = [sys.executable, "-c", REDIRECTED, name, port]
        process = await client.spawn(ContainerSpec(argv=argv, output=pods.log(client), proxy=True))
        await until(lambda pid=process.pid, port=port: _listens(pid, port), seconds=10, what=name)
    assert await pods.said(client, CALL, other.ip, "8080") == f"out was meant for {other.ip}:8080"
    assert call(other.path, network.ip, 9000) == f"in was meant for {network.ip}:9000"
    argv = [sys.executable, "-c", CALL, other.ip, "8080"]
    output = pods.folder / "proxy.log"
    process = await client.spawn(ContainerSpec(argv=argv, output=output, proxy=True))
    assert await process.wait() == 0
    assert output.read_text().startswith("b ")


async def test_a_published_port_reaches_the_pod(pods):
    sandbox, network = await pods.make("a")
    await pods.serve(sandbox, 80)
    published = await Publication.open(pods.network.host, pods.network.path, 0, lambda: (network.ip, 80))
    reader, writer = await asyncio.open_connection("127.0.0.1", published.port)
    writer.write(b"hello")
    writer.write_eof()
    assert await reader.read() == b"a 10.244.0.1\nhello"
    writer.close()
    await published.close()


def _listens(pid, port):
    with open(f"/proc/{pid}/net/tcp") as table:
        return any(f":{int(port):04X} 00000000:0000 0A" in row for row in table)
