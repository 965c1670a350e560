"""The Go templates of the corpora are filled as their authors meant."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import corpora  # noqa: F401 - the corpora's modules find what they stand on
import integration_config
import xds_inputs


def test_counted_loops_are_written_out() -> None:
    said = "{{- range $i := until .Services }}\n- {{$i}}: 10.0.{{div $i 255}}.{{mod $i 255 }}\n{{- end }}\nend\n"
    assert xds_inputs.fill(said) == "\n- 0: 10.0.0.0\n- 1: 10.0.0.1\n- 2: 10.0.0.2\nend\n"


def test_what_stands_in_a_condition_stands_and_values_are_of_their_kind() -> None:
    said = 'a:\n  {{- if .To }}\n  b: {{ .forwardProxyPort }}\n  {{- end }}\n  c: {{ .X | default "egress" }}\n'
    assert integration_config.fill(said) == "a:\n  b: 3128\n  c: egress\n"
