import ssl
from pathlib import Path

import pytest

from lateen.apiserver.credentials import load_credentials
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.sources.login import Login, Trust
from lateen.sources.proof import Given, Pair, Proof


async def test_a_token_is_a_header_and_prints_nowhere() -> None:
    shown = await Login(Given(Proof(Redacted(b"secret")))).current()
    assert shown.headers == {"Authorization": "Bearer secret"} and shown.ssl is None
    assert "secret" not in repr(shown.proof)


async def test_a_ready_made_context_is_used() -> None:
    context = ssl.create_default_context()
    assert (await Login(ssl=context).current()).ssl is context


async def test_the_context_stays_as_long_as_the_certificate(tmp_path: Path) -> None:
    folder = load_credentials(tmp_path, node="n").folder
    pair = Pair((folder / "server.crt").read_bytes(), Redacted((folder / "server.key").read_bytes()))
    login = Login(Given(Proof(pair=pair)), Trust((folder / "ca.crt").read_text()))
    first = (await login.current()).ssl
    assert first is not None and (await login.current()).ssl is first
    assert first.verify_mode is ssl.CERT_REQUIRED and len(first.get_ca_certs()) == 1


async def test_certificates_that_are_none_are_said() -> None:
    with pytest.raises(LateenError, match="certificate-authority"):
        Trust("no certificate").context()
    with pytest.raises(LateenError, match="client certificate"):
        Trust().context(Pair(b"no certificate", Redacted(b"no key")))
