"""`lateen proxy-config` knows its views by all their names."""

from collections.abc import Callable

import pytest
from click.testing import Result

from lateen.app.settings import Settings
from lateen.cli.config_dump import ConfigDump
from lateen.cli.proxy_config import NAMES, VIEWS


def test_every_other_name_means_a_view() -> None:
    assert set(NAMES.values()) <= {*VIEWS, "bootstrap", "all"}
    assert not set(NAMES) & set(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
def test_a_proxy_that_has_nothing_gives_an_empty_table(view: str) -> None:
    assert list(VIEWS[view][1](ConfigDump({"configs": []}, {}), {})) == []


def test_an_unknown_view_is_wrong_usage_before_anything_is_asked(
    settings: Settings, lateen: Callable[..., Result]
) -> None:
    said = lateen("pc", "weather", "web-1")
    assert said.exit_code == 2
    assert "no such view: weather" in said.stderr
