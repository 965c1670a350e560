"""Real Envoys for tests: one that judges a configuration, and some that run on free ports of the loopback."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import contextlib
import datetime
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.proto import wire
from lateen.proto.descriptors import envoy_binary, message
from lateen.proto.resource import resource
from lateen.proto.types import SECRET

LOOPBACK = "127.0.0.1"


# Messages that Envoy warns of as long as they may still change, and that we mean to use.
_UNSTABLE = ("message 'xds.core.v3.CidrRange'",)


def _bootstrap(clusters=(), listeners=(), admin_port=0, sds_port=0):
    """A static bootstrap of encoded resources, with the clusters that those refer to for xDS."""
    built = message("envoy.config.bootstrap.v3.Bootstrap")()
    built.node.id, built.node.cluster = "test", "test"
    built.admin.address.socket_address.address = LOOPBACK
    built.admin.address.socket_address.port_value = admin_port
    ads = built.dynamic_resources.ads_config
    ads.api_type, ads.transport_api_version = "DELTA_GRPC", "V3"
    ads.grpc_services.add().envoy_grpc.cluster_name = "xds-grpc"
    for name, port in (("xds-grpc", 0), ("sds-grpc", sds_port)):
        _add_grpc_cluster(built.static_resources.clusters.add(name=name, type="STATIC"), port)
    for cluster in clusters:
        built.static_resources.clusters.add().MergeFromString(cluster.value())
    for listener in listeners:
        built.static_resources.listeners.add().MergeFromString(listener.value())
    return built.SerializeToString()


def _add_grpc_cluster(cluster, port):
    options = message("envoy.extensions.upstreams.http.v3.HttpProtocolOptions")()
    options.explicit_http_config.http2_protocol_options.SetInParent()
    cluster.typed_extension_protocol_options[options.DESCRIPTOR.full_name].Pack(options)
    if port:
        cluster.load_assignment.cluster_name = cluster.name
        address = cluster.load_assignment.endpoints.add().lb_endpoints.add().endpoint.address.socket_address
        address.address, address.port_value = LOOPBACK, port


@pytest.fixture
def accepted(tmp_path):
    """Assert that Envoy takes resources, without a warning (of deprecated fields, above all)."""

    def judge(**resources):
        file = tmp_path / "bootstrap.pb"
        file.write_bytes(_bootstrap(**resources))
        command = [envoy_binary(), "--mode", "validate", "-c", file, "-l", "warning"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        told = [line for line in done.stderr.splitlines() if line.startswith("[")]
        assert not [line for line in told if not any(known in line for known in _UNSTABLE)], told

    return judge


@pytest.fixture
def free_port():
    """Return a port of the loopback that nobody listens on."""

    def find():
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            return probe.getsockname()[1]

    return find


@pytest.fixture
def run_envoy(tmp_path, free_port):
    """Run an Envoy on static resources until the test ends; it trusts and is what `sds_port` serves."""
    with contextlib.ExitStack() as stack:

        def run(name, **resources):
            admin = free_port()
            file = tmp_path / f"{name}.pb"
            file.write_bytes(_bootstrap(admin_port=admin, **resources))
            log = stack.enter_context((tmp_path / f"{name}.log").open("w"))
            command = [envoy_binary(), "-c", file, "--concurrency", "1", "--use-dynamic-base-id"]
            command += ["-l", "warning", "--file-flush-interval-msec", "50"]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            _wait_ready(process, f"http://{LOOPBACK}:{admin}", tmp_path / f"{name}.log")

        yield run


def _wait_ready(process, admin, log):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{admin}/ready", timeout=2):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError(f"Envoy is not ready: {log.read_text()}")


class Authority:
    """A throw-away certificate authority."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(self._key.public_key(), [], authority=True)

    @property
    def roots(self):
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name):
        """Return (chain, key) in PEM for a SPIFFE URI or a DNS name."""
        key = ec.generate_private_key(ec.SECP256R1())
        san = x509.UniformResourceIdentifier(name) if "://" in name else x509.DNSName(name)
        certificate = self._sign(key.public_key(), [san], authority=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return certificate.public_bytes(serialization.Encoding.PEM), private

    def _sign(self, public_key, sans, *, authority):
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "test")])
        builder = (
            x509.CertificateBuilder(name, x509.Name([]) if sans else name, public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if sans:
            builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=True)
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture
def authority():
    return Authority()


@pytest.fixture
def sds(authority):
    """Serve `default` and `ROOTCA` by delta SDS on the loopback; call with a SPIFFE URI, get the port."""
    with contextlib.ExitStack() as stack:

        def serve(identity):
            server = grpc.server(ThreadPoolExecutor(8))
            handler = grpc.stream_stream_rpc_method_handler(_answering(_secrets(authority, identity)))
            service = "envoy.service.secret.v3.SecretDiscoveryService"
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"DeltaSecrets": handler}),))
            port = server.add_insecure_port(f"{LOOPBACK}:0")
            server.start()
            stack.callback(lambda: server.stop(None).wait())
            return port

        yield serve


def _secrets(authority, identity):
    chain, key = authority.issue(identity)
    own = message("envoy.extensions.transport_sockets.tls.v3.Secret")(name="default")
    own.tls_certificate.certificate_chain.inline_bytes = chain
    own.tls_certificate.private_key.inline_bytes = key
    roots = message("envoy.extensions.transport_sockets.tls.v3.Secret")(name="ROOTCA")
    roots.validation_context.trusted_ca.inline_bytes = authority.roots
    return {each.name: resource(SECRET, each.name, each.SerializeToString()) for each in (own, roots)}


def _answering(secrets):
    def stream(requests, _context):
        for nonce, data in enumerate(requests):
            request = message("envoy.service.discovery.v3.DeltaDiscoveryRequest").FromString(data)
            if names := list(request.resource_names_subscribe):
                entries = wire.join(secrets[name].entry for name in names)
                yield entries + wire.string(4, SECRET) + wire.string(5, str(nonce + 1))

    return stream


@pytest.fixture
def listen():
    """Run a TCP server that answers what it first reads with `answer(connection, data)`; returns its port."""
    with contextlib.ExitStack() as stack:

        def serve(answer, tls=None):
            server = stack.enter_context(socket.create_server((LOOPBACK, 0)))
            stack.callback(server.shutdown, socket.SHUT_RDWR)
            threading.Thread(target=_accept, args=(server, answer, tls), daemon=True).start()
            return server.getsockname()[1]

        yield serve


def _accept(server, answer, tls):
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection, answer, tls), daemon=True).start()


def _serve(connection, answer, tls):
    with contextlib.suppress(OSError, ssl.SSLError), connection:
        connection.settimeout(10)
        with tls.wrap_socket(connection, server_side=True) if tls else connection as spoken:
            spoken.sendall(answer(spoken, spoken.recv(65536)))


@pytest.fixture
def tls_server_context(authority, tmp_path):
    """A server's TLS context with a certificate for a DNS name, and the ALPN that it knows."""

    def make(name, alpn):
        chain, key = authority.issue(name)
        (tmp_path / "server.pem").write_bytes(chain + key)
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(tmp_path / "server.pem")
        made.set_alpn_protocols(alpn)
        return made

    return make
