from typing import Any

from lateen.inject.capture import init_container
from lateen.inject.settings import InjectSettings


def test_it_takes_the_arguments_that_injection_gives_it(lateen: Any) -> None:
    annotations = {"traffic.sidecar.istio.io/excludeOutboundPorts": "5432"}
    words = init_container(annotations, {}, InjectSettings())["args"]
    said = lateen(*words, "--dry-run")
    assert said.exit_code == 0, said.stderr
    assert "redirect to :15001" in said.stdout and "5432" in said.stdout and "15090" in said.stdout


def test_another_way_of_capture_is_not_offered(lateen: Any) -> None:
    said = lateen("istio-iptables", "-m", "TPROXY", "--dry-run")
    assert said.exit_code == 1 and "REDIRECT" in str(said.exception)
