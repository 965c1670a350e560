"""One file per plug-in, one explicit tuple: no file is forgotten in its tuple."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import click
import pytest

import lateen.analysis.analyzers
import lateen.cli
import lateen.envoy.access_loggers
import lateen.envoy.http_filters
import lateen.envoy.network_filters
import lateen.kinds
import lateen.runtime.controllers
from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers import ANALYZERS
from lateen.cli.main import COMMANDS
from lateen.envoy.access_loggers import ACCESS_LOGGERS
from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.network_filters import NETWORK_FILTERS
from lateen.kinds.all import KINDS
from lateen.kinds.spec import KindSpec
from lateen.runtime.controllers import CONTROLLERS
from lateen.runtime.controllers.controller import Controller


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module below a package, packages left out."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def held(package: ModuleType, kind: type) -> list[Any]:
    """The objects of `kind` that the modules of a package define, each once."""
    found = {
        id(value): value for module in modules(package) for value in vars(module).values() if isinstance(value, kind)
    }
    return list(found.values())


@pytest.mark.parametrize(
    ("package", "plugins"),
    [
        (lateen.envoy.http_filters, HTTP_FILTERS),
        (lateen.envoy.network_filters, NETWORK_FILTERS),
        (lateen.envoy.access_loggers, ACCESS_LOGGERS),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType) else "",
)
def test_every_file_of_a_filters_folder_is_in_its_tuple(package: ModuleType, plugins: tuple[Any, ...]) -> None:
    """A file may have several places there, each with a builder of its own."""
    builders = [getattr(plugin, "of_proxy", plugin) for plugin in plugins]
    assert {builder.__module__ for builder in builders} == {module.__name__ for module in modules(package)}
    assert len(set(builders)) == len(builders)


@pytest.mark.parametrize(
    ("package", "kind", "listed"),
    [
        (lateen.kinds, KindSpec, KINDS),
        (lateen.runtime.controllers, Controller, CONTROLLERS),
        (lateen.analysis.analyzers, Analyzer, ANALYZERS),
    ],
    ids=["KINDS", "CONTROLLERS", "ANALYZERS"],
)
def test_everything_that_a_folder_defines_is_in_its_tuple_once(
    package: ModuleType, kind: type, listed: tuple[Any, ...]
) -> None:
    assert sorted(map(id, listed)) == sorted(map(id, held(package, kind)))


def test_every_command_is_in_the_table_of_commands() -> None:
    defined = {
        module.__name__.rpartition(".")[2]
        for module in modules(lateen.cli)
        if isinstance(getattr(module, "command", None), click.Command)
    }
    assert defined == {module for module, _ in COMMANDS.values()}
