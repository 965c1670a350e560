import asyncio
import json
import ssl
from pathlib import Path

import pytest

from lateen.apiserver.credentials import ADMIN, load_credentials, write_kubeconfig
from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    first = load_credentials(tmp_path / "pki", node="n")
    again = load_credentials(tmp_path / "pki", node="n")
    assert first.tokens == again.tokens and first.token_key.key_id == again.token_key.key_id
    assert len({token.reveal() for token in first.tokens.values()}) == 4
    files = list((tmp_path / "pki").iterdir())
    assert (tmp_path / "pki").stat().st_mode & 0o777 == 0o700
    assert files and all(file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_no_secret_is_printed(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path, node="n")
    assert credentials.tokens[ADMIN].reveal().decode() not in repr(credentials)


def test_a_kubeconfig_names_url_ca_and_token(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", credentials)
    config = json.loads((tmp_path / "kubeconfig").read_text())
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"
    assert config["users"][0]["user"]["token"] == credentials.tokens[ADMIN].reveal().decode()
    assert (tmp_path / "kubeconfig").stat().st_mode & 0o777 == 0o600


async def test_the_certificate_is_good_for_loopback_and_for_its_own_ca_only(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "one", node="n")
    other = load_credentials(tmp_path / "other", node="n")
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0, ssl=credentials.server_tls())
    port = server.sockets[0].getsockname()[1]
    async with server:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=credentials.client_tls())
        writer.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=other.client_tls())


async def test_a_client_of_another_authority_is_not_let_in(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "one", node="n")
    other = load_credentials(tmp_path / "other", node="n")
    context = credentials.client_tls()
    context.load_cert_chain(other.ca_file, tmp_path / "other" / "ca.key")
    server = await asyncio.start_server(lambda r, w: w.write(b"in"), "127.0.0.1", 0, ssl=credentials.server_tls())
    async with server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        # In TLS 1.3 a client learns at its first reading that its certificate was refused.
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.transport.abort()


def test_a_certificate_is_renewed_before_it_ends_and_the_ca_stays(tmp_path: Path) -> None:
    clock = FakeClock()
    load_credentials(tmp_path, node="n", clock=clock)
    authority, certificate = (tmp_path / "ca.crt").read_bytes(), (tmp_path / "server.crt").read_bytes()
    load_credentials(tmp_path, node="n", clock=clock)
    assert (tmp_path / "server.crt").read_bytes() == certificate
    clock.advance(365 * 10 * 86400 - 86400)
    load_credentials(tmp_path, node="n", clock=clock)
    assert (tmp_path / "server.crt").read_bytes() != certificate and (tmp_path / "ca.crt").read_bytes() == authority


def test_a_broken_key_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "tokens.key").write_text("nonsense")
    with pytest.raises(LateenError, match="cannot keep the API server's credentials"):
        load_credentials(tmp_path, node="n")
