import base64
import json

import pytest

from lateen.sources.fetch import FetchError
from lateen.sources.wasm.credentials import credential_for


def auth(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def found(auths: dict, registry: str = "registry.example.com", repository: str = "team/web") -> str:
    credential = credential_for(registry, repository, json.dumps({"auths": auths}).encode())
    return base64.b64decode(credential.basic().removeprefix("Basic ")).decode() if credential else ""


def test_a_registry_is_found_however_it_is_written():
    for name in ("registry.example.com", "https://registry.example.com", "https://registry.example.com/v2/"):
        assert found({name: {"auth": auth("me:pass:word")}}) == "me:pass:word"
    assert found({"registry.example.com": {"username": "me", "password": "x"}}) == "me:x"
    assert found({"other.example.com": {"auth": auth("me:x")}}) == ""


def test_the_longest_path_counts():
    auths = {"registry.example.com": {"auth": auth("all:x")}, "registry.example.com/team": {"auth": auth("team:x")}}
    assert found(auths) == "team:x"
    assert found(auths, repository="teams/web") == "all:x"


def test_the_default_registry_has_the_name_that_docker_gives_it():
    assert found({"https://index.docker.io/v1/": {"auth": auth("me:x")}}, "docker.io", "library/web") == "me:x"


def test_the_older_form_has_no_frame():
    config = json.dumps({"registry.example.com": {"auth": auth("me:x")}}).encode()
    assert credential_for("registry.example.com", "web", config).user == "me"


def test_a_token_is_shown_as_it_is_and_nothing_is_printed():
    config = json.dumps({"auths": {"r.x": {"registrytoken": "secret-token"}}}).encode()
    credential = credential_for("r.x", "web", config)
    assert credential.token.reveal() == b"secret-token" and "secret-token" not in repr(credential)
    config = b'{"auths": {"r.x": {"username": "me", "password": "hidden"}}}'
    assert "hidden" not in repr(credential_for("r.x", "web", config))


@pytest.mark.parametrize("config", [b"no json", b"[]", b'{"auths": {"r.x": {"auth": "%%%"}}}', b'{"auths": 1}'])
def test_what_is_no_configuration_is_told_without_its_content(config: bytes):
    with pytest.raises(FetchError, match="holds no Docker configuration") as error:
        credential_for("r.x", "web", config)
    assert "%" not in str(error.value)
