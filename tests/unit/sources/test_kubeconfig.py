import base64
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from lateen.apiserver.credentials import load_credentials, write_kubeconfig
from lateen.base.errors import LateenError
from lateen.sources.access import Access
from lateen.sources.exec_plugin import ExecPlugin
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


def with_cluster(**cluster: Any) -> dict[str, Any]:
    return config() | {"clusters": [{"name": "c", "cluster": {"server": "https://x"} | cluster}]}


def write(folder: Path, content: Any, name: str = "kubeconfig") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


async def shown(access: Access) -> dict[str, str]:
    return dict((await access.login.current()).headers)


async def context(access: Access) -> ssl.SSLContext:
    found = (await access.login.current()).ssl
    assert found is not None
    return found


async def test_the_current_context_says_where_and_who(tmp_path: Path) -> None:
    access = load_kubeconfig(write(tmp_path, config(token="secret")))
    assert (access.url, access.namespace) == ("http://127.0.0.1:1", "shop")
    assert await shown(access) == {"Authorization": "Bearer secret"}
    assert (await access.login.current()).ssl is None and "secret" not in repr(access)


async def test_a_token_file_is_found_beside_the_kubeconfig_and_read_again_when_it_changes(tmp_path: Path) -> None:
    access = load_kubeconfig(write(tmp_path, config(tokenFile="token", token="old")))
    write(tmp_path, "one\n", "token")
    assert await shown(access) == {"Authorization": "Bearer one"}
    write(tmp_path, "another\n", "token")
    assert await shown(access) == {"Authorization": "Bearer another"}


async def test_the_authority_is_the_only_one_trusted(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", credentials)
    found = await context(load_kubeconfig(tmp_path / "kubeconfig"))
    assert found.verify_mode is ssl.CERT_REQUIRED
    assert [each["subject"] for each in found.get_ca_certs()] == [((("commonName", "lateen-apiserver-ca"),),)]


@pytest.mark.parametrize("form", ["files", "data"])
async def test_a_client_certificate_is_loaded(tmp_path: Path, form: str) -> None:
    folder = load_credentials(tmp_path / "pki", node="n").folder
    user = {"client-certificate": folder / "server.crt", "client-key": folder / "server.key"}
    if form == "data":
        raw = config(**{f"{k}-data": base64.b64encode(v.read_bytes()).decode() for k, v in user.items()})
    else:
        raw = config(**{name: str(path) for name, path in user.items()})
    raw["clusters"][0]["cluster"] = {"server": "https://x", "insecure-skip-tls-verify": True}
    access = load_kubeconfig(write(tmp_path, raw))
    assert (await context(access)).verify_mode is ssl.CERT_NONE
    pair = (await access.login.source.current()).pair
    assert pair is not None and pair.certificate == (folder / "server.crt").read_bytes()


async def test_a_renewed_certificate_makes_a_new_context(tmp_path: Path) -> None:
    one, two = (load_credentials(tmp_path / name, node="n").folder for name in ("one", "two"))
    for name in ("server.crt", "server.key"):
        write(tmp_path, (one / name).read_text(), name)
    raw = config(**{"client-certificate": "server.crt", "client-key": "server.key"})
    raw["clusters"][0]["cluster"] = {"server": "https://x"}
    access = load_kubeconfig(write(tmp_path, raw))
    before = await context(access)
    assert await context(access) is before
    for name in ("server.crt", "server.key"):
        write(tmp_path, (two / name).read_text(), name)
    assert await context(access) is not before


def test_what_is_said_of_the_way_to_the_server(tmp_path: Path) -> None:
    raw = with_cluster(**{"proxy-url": "http://proxy:3128", "tls-server-name": "kubernetes"})
    access = load_kubeconfig(write(tmp_path, raw))
    assert (access.proxy, access.server_name) == ("http://proxy:3128", "kubernetes")


def test_a_user_may_ask_to_be_taken_for_another(tmp_path: Path) -> None:
    raw = config(**{"as": "eve", "as-groups": ["a", "b"], "as-user-extra": {"x": ["1"]}})
    assert load_kubeconfig(write(tmp_path, raw)).impersonation == (
        ("Impersonate-User", "eve"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-x", "1"),
    )


async def test_of_several_files_the_first_that_says_something_counts(tmp_path: Path) -> None:
    first = {"users": [{"name": "u", "user": {"tokenFile": "token"}}], "current-context": "one"}
    second = config(token="second") | {"current-context": "two"}
    files = [tmp_path / "none", write(tmp_path, first, "a/config"), write(tmp_path, second, "b/config")]
    write(tmp_path, "first", "a/token")
    access = load_kubeconfig(files)
    assert access.namespace == "shop" and await shown(access) == {"Authorization": "Bearer first"}


def test_a_context_may_be_named(tmp_path: Path) -> None:
    raw = config()
    raw["contexts"].append({"name": "three", "context": {"cluster": "c"}})
    assert load_kubeconfig(write(tmp_path, raw), "three").namespace == "default"


async def test_a_login_command_is_read_with_its_environment(tmp_path: Path) -> None:
    entry = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "log-in"}
    access = load_kubeconfig(write(tmp_path, config(exec=entry)), environment={"PATH": "/bin"})
    assert isinstance(access.login.source, ExecPlugin)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "is not a kubeconfig"),
        ("a: [", "cannot read the kubeconfig"),
        (config() | {"current-context": "three"}, "has no context named 'three'"),
        (config() | {"current-context": ""}, "has no current-context"),
        (config() | {"current-context": "two"}, "has no cluster named 'none'"),
        (config() | {"users": []}, "has no user named 'u'"),
        (config(exec={"command": "x"}), "apiVersion"),
        (config(**{"auth-provider": {"name": "gcp"}}), "auth-provider 'gcp'"),
        (config(username="u", password="p"), "by a password"),
        (config(**{"client-certificate-data": "MQ=="}), "only one of"),
        (config(**{"client-certificate-data": "%", "client-key-data": "MQ=="}), "client-certificate-data is not base64"),
        (with_cluster(server="1.2.3.4"), "is no URL"),
        (with_cluster(**{"proxy-url": "socks5://x"}), "is no HTTP proxy"),
        (with_cluster(**{"certificate-authority": "none.pem"}), "cannot read certificate-authority .*none.pem"),
        (with_cluster(**{"certificate-authority-data": "MQ==", "insecure-skip-tls-verify": True}), "not to be used"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(LateenError, match=message):
        load_kubeconfig(write(tmp_path, content))


def test_no_file_is_said_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match=str(tmp_path)):
        load_kubeconfig(tmp_path / "none")


async def test_a_pod_knows_its_api_server(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    (tmp_path / "ca.crt").write_bytes(credentials.ca_file.read_bytes())
    (tmp_path / "namespace").write_text("shop")
    (tmp_path / "token").write_text("t")
    access = in_cluster("fd00::1", "443", tmp_path)
    assert access.url == "https://[fd00::1]:443" and access.namespace == "shop"
    assert await shown(access) == {"Authorization": "Bearer t"}
    with pytest.raises(LateenError, match=r"none/ca\.crt"):
        in_cluster("fd00::1", "443", tmp_path / "none")
