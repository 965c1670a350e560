"""The rules of a pod's init container; that they capture is seen in tests/e2e/kubernetes."""

import pytest

from lateen.base.errors import Invalid
from lateen.runtime import pod_capture
from lateen.runtime.pod_capture import capture_here

PREFIX = "traffic.sidecar.istio.io/"


@pytest.fixture(autouse=True)
def resolvers(tmp_path, monkeypatch):
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 10.96.0.10\n")
    monkeypatch.setattr(pod_capture, "RESOLVERS", path)


def test_connections_and_queries_are_taken_over():
    rules = capture_here({}, {}, load=False)
    assert "redirect to :15001" in rules and "redirect to :15006" in rules
    assert "10.96.0.10" in rules and "redirect to :15053" in rules


def test_a_pod_may_keep_its_names():
    assert "10.96.0.10" not in capture_here({}, {"ISTIO_META_DNS_CAPTURE": "false"}, load=False)


def test_annotations_count_and_wrong_ones_are_refused():
    assert "5432" in capture_here({PREFIX + "excludeOutboundPorts": "5432"}, {}, load=False)
    with pytest.raises(Invalid, match="excludeOutboundPorts"):
        capture_here({PREFIX + "excludeOutboundPorts": "x"}, {}, load=False)
