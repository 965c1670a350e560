"""Every command is found, listed, and fails in sentences."""

import importlib
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import Result

from lateen.app.settings import Settings
from lateen.cli.main import ALIASES, COMMANDS, cli, main

Lateen = Callable[..., Result]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    command = importlib.import_module(f"lateen.cli.{COMMANDS[name][0]}").command
    assert isinstance(command, click.Command)
    assert command.help


def test_help_lists_every_command_with_its_line_and_not_what_is_internal(lateen: Lateen) -> None:
    said = lateen("--help")
    assert said.exit_code == 0
    for name, (_, line) in COMMANDS.items():
        listed = [each for each in said.stdout.splitlines() if each.split()[:1] == [name]]
        assert len(listed) == bool(line)
        assert not listed or line.split()[0] in listed[0]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "internal"])
def test_every_command_explains_itself(lateen: Lateen, name: str) -> None:
    said = lateen(name, "-h")
    assert said.exit_code == 0
    assert "Usage: lateen" in said.stdout


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_the_command(alias: str, name: str) -> None:
    context = click.Context(cli)
    assert cli.get_command(context, alias) is cli.get_command(context, name) is not None


def test_help_imports_no_command() -> None:
    program = (
        "import sys; from lateen.cli.main import cli; cli.main(['--help'], standalone_mode=False);"
        "print([name for name in sys.modules if name.startswith('lateen.cli.')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "['lateen.cli.main']"


def test_an_unknown_command_is_wrong_usage(lateen: Lateen) -> None:
    said = lateen("fly")
    assert said.exit_code == 2
    assert "No such command 'fly'" in said.stderr


def test_an_error_is_a_sentence_with_its_remedy_and_exit_code_1(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["get", "pods"])
    assert caught.value.code == 1
    assert capsys.readouterr().err == "error: no mesh named 'local' is running here\n  fix: start one: lateen up -d\n"


def test_the_mesh_can_be_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--mesh", "blue", "get", "pods"])
    assert "'blue'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--mesh", "Not A Name", "get", "pods"])
    assert "cannot name a mesh" in capsys.readouterr().err
