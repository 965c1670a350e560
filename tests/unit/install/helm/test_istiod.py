"""What the templates say is seen by Helm alone: tests/contract/test_charts.py."""

from re import findall

from lateen.install.helm.istiod import templates


def test_each_template_knows_what_counts_before_its_objects() -> None:
    for text in templates("1").values():
        assert text.startswith('{{- $values := include "lateen.values" . | fromJson }}')
        assert len(findall(r"{{-? (?:if|range) ", text)) == len(findall(r"{{-? end }}", text))


def test_what_switches_bring_is_conditional() -> None:
    text = templates("1")["istiod.yaml"]
    assert "{{- if $values.pilot.autoscaleEnabled }}\n---\napiVersion: autoscaling/v2" in text
    assert (
        "{{- if not ($values.pilot.autoscaleEnabled) }}\n  replicas: {{ $values.pilot.replicaCount | toJson }}" in text
    )
