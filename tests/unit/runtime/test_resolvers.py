from pathlib import Path

from lateen.runtime.resolvers import machine_resolvers


async def test_a_machine_without_settings_has_no_resolvers(tmp_path: Path) -> None:
    assert await machine_resolvers(tmp_path, tmp_path / "none").ask(b"\0\1query") is None


async def test_sockets_are_opened_in_the_namespace_they_are_asked_from(tmp_path: Path) -> None:
    settings = tmp_path / "resolv.conf"
    settings.write_text("nameserver 192.0.2.1\n")
    resolvers = machine_resolvers(tmp_path / "no-such-namespace", settings)
    assert await resolvers.ask(b"\0\1query") is None
