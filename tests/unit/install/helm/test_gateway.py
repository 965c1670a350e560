"""What the templates say is seen by Helm alone: tests/contract/test_charts.py."""

from lateen.install.helm.gateway import templates


def test_a_gateway_is_named_as_its_release_unless_it_is_said() -> None:
    text = templates("1")["gateway.yaml"]
    assert "{{- $name := $values.name | default .Release.Name }}" in text
    assert text.count("name: {{ $name | toJson }}") >= 4
