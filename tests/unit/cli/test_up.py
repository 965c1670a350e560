"""`lateen up` refuses what cannot be before it starts anything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from lateen.app.settings import Settings
from lateen.base.errors import Invalid, LateenError
from lateen.cli.up import parse_publish, start
from lateen.runtime.ownership import Ownership


def test_ports_are_published_as_usual_unless_said() -> None:
    assert parse_publish(()) == [(8080, 8080), (8443, 8443)]
    assert parse_publish(("9000:80", "9443:443")) == [(9000, 80), (9443, 443)]


@pytest.mark.parametrize("text", ["8080", "a:b", "1:2:3", "", ":"])
def test_what_is_no_pair_of_ports_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(LateenError, match="not HOSTPORT:PORT") as caught:
        parse_publish((text,))
    assert "8080:8080" in caught.value.fix


def test_a_mesh_that_runs_already_is_not_started_again(settings: Settings) -> None:
    owner = Ownership(settings.run)
    with pytest.raises(LateenError, match="already running") as caught:
        start(settings)
    owner.release()
    assert "lateen down" in caught.value.fix
    assert not settings.logs.exists()


def test_a_faulty_file_starts_nothing(settings: Settings, lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: 7}\n")
    said = lateen("up", "-d", "-f", str(tmp_path / "bad.yaml"))
    assert isinstance(said.exception, Invalid)
    assert not settings.logs.exists()
