import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.application_uid import ANALYZER


def test_the_proxys_user_is_told_of_pods_and_of_what_makes_them() -> None:
    spec = "{securityContext: {runAsUser: 1337}, containers: [{name: app}]}"
    text = core("Pod", "p", spec) + core("Deployment", "d", f"{{template: {{spec: {spec}}}}}")
    assert found(ANALYZER, text) == [("IST0144", "Deployment shop/d"), ("IST0144", "Pod shop/p")]


def test_other_users_and_the_proxy_itself_are_nothing_to_tell() -> None:
    containers = (
        "[{name: app, securityContext: {runAsUser: 1000}}, {name: istio-proxy, securityContext: {runAsUser: 1337}}]"
    )
    assert found(ANALYZER, core("Pod", "p", f"{{containers: {containers}}}")) == []
