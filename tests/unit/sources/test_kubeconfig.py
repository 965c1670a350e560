import base64
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from lateen.apiserver.credentials import load_credentials, write_kubeconfig
from lateen.base.errors import LateenError
from lateen.sources.kubeconfig import in_cluster, load_kubeconfig


def config(**user: Any) -> dict[str, Any]:
    return {
        "current-context": "one",
        "contexts": [
            {"name": "one", "context": {"cluster": "c", "user": "u", "namespace": "shop"}},
            {"name": "two", "context": {"cluster": "none", "user": "u"}},
        ],
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1/"}}],
        "users": [{"name": "u", "user": user}],
    }


def write(folder: Path, content: Any) -> Path:
    path = folder / "kubeconfig"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_the_current_context_says_where_and_who(tmp_path: Path) -> None:
    access = load_kubeconfig(write(tmp_path, config(token="secret")))
    assert (access.url, access.ssl, access.namespace) == ("http://127.0.0.1:1", None, "shop")
    assert access.token is not None and access.token.reveal() == b"secret" and "secret" not in repr(access)


def test_a_token_file_is_found_beside_the_kubeconfig(tmp_path: Path) -> None:
    assert load_kubeconfig(write(tmp_path, config(tokenFile="token"))).token_file == tmp_path / "token"


def test_the_authority_is_the_only_one_trusted(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", credentials)
    access = load_kubeconfig(tmp_path / "kubeconfig")
    assert access.ssl is not None and access.ssl.verify_mode is ssl.CERT_REQUIRED
    assert [found["subject"] for found in access.ssl.get_ca_certs()] == [((("commonName", "lateen-apiserver-ca"),),)]


def test_a_client_certificate_is_loaded(tmp_path: Path) -> None:
    folder = load_credentials(tmp_path / "pki", node="n").folder
    data = {
        "client-certificate-data": base64.b64encode((folder / "server.crt").read_bytes()).decode(),
        "client-key": str(folder / "server.key"),
    }
    raw = config(**data)
    raw["clusters"][0]["cluster"] = {"server": "https://x", "insecure-skip-tls-verify": True}
    access = load_kubeconfig(write(tmp_path, raw))
    assert access.ssl is not None and access.ssl.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "is not a kubeconfig"),
        ("a: [", "cannot read the kubeconfig"),
        (config() | {"current-context": "three"}, "has no context named 'three'"),
        (config() | {"current-context": "two"}, "has no cluster named 'none'"),
        (config(exec={"command": "x"}), "external command"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(LateenError, match=message):
        load_kubeconfig(write(tmp_path, content))


def test_no_file_is_said_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match=str(tmp_path)):
        load_kubeconfig(tmp_path / "none")


def test_a_pod_knows_its_api_server(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    (tmp_path / "ca.crt").write_bytes(credentials.ca_file.read_bytes())
    (tmp_path / "namespace").write_text("shop")
    access = in_cluster("fd00::1", "443", tmp_path)
    assert access.url == "https://[fd00::1]:443" and access.namespace == "shop"
    assert access.token_file == tmp_path / "token"
