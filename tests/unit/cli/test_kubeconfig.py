"""`lateen kubeconfig` gives the file, or where it is."""

from collections.abc import Callable

from click.testing import Result

from lateen.app.settings import Settings


def test_it_prints_the_file_or_its_path(settings: Settings, lateen: Callable[..., Result]) -> None:
    settings.kubeconfig.write_text("apiVersion: v1\n")
    assert lateen("kubeconfig").stdout == "apiVersion: v1\n"
    assert lateen("kubeconfig", "--path").stdout == f"{settings.kubeconfig}\n"


def test_without_a_mesh_it_says_so(settings: Settings, lateen: Callable[..., Result]) -> None:
    assert "no local mesh yet" in str(lateen("kubeconfig").exception)
