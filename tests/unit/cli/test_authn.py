"""The command needs a mesh; it runs on one in tests/e2e/test_mtls_commands.py."""

from collections.abc import Callable

from click.testing import Result

from lateen.base.errors import LateenError


def test_without_a_mesh_it_says_how_to_start_one(lateen: Callable[..., Result]) -> None:
    error = lateen("--mesh", "nowhere", "authn", "tls-check", "pod/x", "reviews").exception
    assert isinstance(error, LateenError) and error.fix == "start one: lateen up -d"
