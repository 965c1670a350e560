import yaml

from lateen.install.crds import crds
from lateen.install.helm.base import definitions, templates


def test_definitions_are_kept_when_the_chart_goes_and_hold_nothing_that_helm_reads() -> None:
    found = list(yaml.safe_load_all(definitions()))
    assert [raw["metadata"]["name"] for raw in found] == [raw["metadata"]["name"] for raw in crds()]
    assert all(raw["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"} for raw in found)
    assert "&id" not in definitions()


def test_classes_wait_for_their_kind() -> None:
    text = templates("1")["gateway-classes.yaml"]
    assert text.startswith("{{- if .Capabilities.APIVersions.Has") and text.count("kind: GatewayClass") == 2
