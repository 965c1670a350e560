"""The demo's story holds, twice in a row, and leaves nothing behind."""

import re
from pathlib import Path

import pytest
from mesh import Mesh


def test_the_story_of_bookinfo_holds_twice_and_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("d")
    for place in (folder, *folder.parents[:2]):
        place.chmod(0o755)  # the database runs as a user of its own
    mesh = Mesh(folder)
    for _ in range(2):
        told = mesh.lateen("demo", "bookinfo", "--once", "--publish", f"{mesh.port}:8080", seconds=150).stdout
        assert "The story holds." in told
        assert len(re.findall(r"^\d\. ", told, re.MULTILINE)) == 8
        assert "✗" not in told
    assert not mesh.state.exists()
    assert not any(mesh.name in each.name for each in Path("/run/netns").iterdir())


def test_the_story_does_not_touch_a_mesh_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> None:
    mesh = Mesh(tmp_path_factory.mktemp("d"))
    mesh.state.mkdir(parents=True)
    (mesh.state / "api.db").touch()
    refused = mesh.lateen("demo", "bookinfo", "--once", check=False)
    assert refused.returncode == 1
    assert "objects of its own" in refused.stderr
    assert (mesh.state / "api.db").exists()
