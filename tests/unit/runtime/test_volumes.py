import base64
import os

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.runtime.environment import MissingReference
from lateen.runtime.pod_tokens import PodTokens
from lateen.runtime.volumes import Volumes, writable, write_files


@pytest.fixture
def objects():
    return {
        ("ConfigMap", "settings"): {"data": {"a.conf": "one", "b.conf": "two"}},
        ("Secret", "login"): {"data": {"password": base64.b64encode(b"s3cret").decode()}},
    }


@pytest.fixture
def volumes(tmp_path, objects):
    async def lookup(kind, name):
        return objects.get((kind, name))

    async def token(audience, seconds):
        return f"token for {audience} {seconds}"

    return Volumes(tmp_path / "volumes", lookup, token)


def pod(**volume):
    metadata = {"name": "web-1", "namespace": "shop", "uid": "u", "labels": {"app": "web"}}
    return {"metadata": metadata, "spec": {"volumes": [{"name": "v", **volume}]}}


async def test_config_map_becomes_files(volumes):
    path = await volumes.make(pod(configMap={"name": "settings"}), "v")
    assert (path / "a.conf").read_text() == "one"
    assert (path / "b.conf").stat().st_mode & 0o777 == 0o644


async def test_items_choose_keys_paths_and_modes(volumes):
    items = [{"key": "a.conf", "path": "deep/a", "mode": 0o400}]
    path = await volumes.make(pod(configMap={"name": "settings", "items": items}), "v")
    assert (path / "deep" / "a").read_text() == "one"
    assert (path / "deep" / "a").stat().st_mode & 0o777 == 0o400
    assert not (path / "b.conf").exists()


async def test_secret_is_decoded(volumes):
    path = await volumes.make(pod(secret={"secretName": "login", "defaultMode": 0o440}), "v")
    assert (path / "password").read_bytes() == b"s3cret"
    assert (path / "password").stat().st_mode & 0o777 == 0o440


async def test_projected_volume_joins_its_sources(volumes):
    sources = [
        {"serviceAccountToken": {"path": "token", "audience": "istio-ca", "expirationSeconds": 600}},
        {"configMap": {"name": "settings"}},
        {"secret": {"name": "login"}},
        {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
    ]
    path = await volumes.make(pod(projected={"sources": sources}), "v")
    assert (path / "token").read_text() == "token for istio-ca 600"
    assert (path / "labels").read_text() == 'app="web"'
    assert {entry.name for entry in path.iterdir() if not entry.name.startswith("..")} == {
        "token",
        "a.conf",
        "b.conf",
        "password",
        "labels",
    }


async def test_empty_dir_can_be_written_by_anyone(volumes):
    path = await volumes.make(pod(emptyDir={}), "v")
    assert path.stat().st_mode & 0o777 == 0o777
    assert writable(pod(emptyDir={}), "v") and writable(pod(), "v")
    assert not writable(pod(secret={"secretName": "login"}), "v")


async def test_refresh_turns_all_files_at_once(volumes, objects):
    of_pod = pod(configMap={"name": "settings"})
    path = await volumes.make(of_pod, "v")
    before = os.readlink(path / "..data")
    await volumes.refresh(of_pod)
    assert os.readlink(path / "..data") == before
    objects["ConfigMap", "settings"] = {"data": {"a.conf": "three"}}
    await volumes.refresh(of_pod)
    assert (path / "a.conf").read_text() == "three"
    assert not (path / "b.conf").is_symlink()
    assert len([entry for entry in path.iterdir() if entry.is_dir() and not entry.is_symlink()]) == 1


async def test_missing_object_is_told_unless_it_is_optional(volumes):
    with pytest.raises(MissingReference):
        await volumes.make(pod(configMap={"name": "none"}), "v")
    path = await volumes.make(pod(configMap={"name": "none", "optional": True}), "v")
    assert [entry.name for entry in path.iterdir() if not entry.name.startswith("..")] == []


async def test_token_is_renewed_in_its_place_before_it_ends(tmp_path):
    clock, asked = FakeClock(), []

    async def ask(audience, seconds):
        asked.append(seconds)
        return f"token {len(asked)}"

    source = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}}
    of_pod = pod(projected={"sources": [source]})
    volumes = Volumes(tmp_path / "volumes", None, PodTokens(ask, clock))
    token = await volumes.make(of_pod, "v") / "token"
    for _ in range(2):
        clock.advance(1000)
        await volumes.refresh(of_pod)
        assert token.read_text() == "token 1"
    clock.advance(1000)
    await volumes.refresh(of_pod)
    assert token.read_text() == "token 2"


async def test_unknown_kinds_and_names_are_told(volumes):
    with pytest.raises(LateenError, match="hostPath"):
        await volumes.make(pod(hostPath={"path": "/"}), "v")
    with pytest.raises(LateenError, match="no volume 'w'"):
        await volumes.make(pod(emptyDir={}), "w")


def test_files_stay_inside_their_volume(tmp_path):
    with pytest.raises(LateenError, match="cannot be at"):
        write_files(tmp_path, {"../outside": (b"", 0o644)})


async def test_all_goes_with_the_pod(volumes):
    path = await volumes.make(pod(emptyDir={}), "v")
    volumes.remove()
    assert not path.exists()
