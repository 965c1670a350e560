import pytest

from lateen.base.errors import Invalid
from lateen.inject.traffic import Traffic, traffic

PREFIX = "traffic.sidecar.istio.io/"


def test_nothing_annotated_captures_everything():
    assert traffic({}) == Traffic()


def test_lists_are_read():
    read = traffic(
        {
            PREFIX + "includeInboundPorts": "80, 81",
            PREFIX + "excludeOutboundPorts": "3306",
            PREFIX + "includeOutboundIPRanges": "10.0.0.0/8",
            PREFIX + "excludeOutboundIPRanges": "203.0.113.10/32,10.1.0.1",
        }
    )
    assert read.include_inbound_ports == ("80", "81")
    assert read.exclude_outbound_ports == ("3306",)
    assert read.include_outbound_ranges == ("10.0.0.0/8",)
    assert read.exclude_outbound_ranges == ("203.0.113.10/32", "10.1.0.1")


def test_empty_include_captures_nothing():
    assert traffic({PREFIX + "includeInboundPorts": ""}).include_inbound_ports == ()


def test_every_fault_is_told():
    with pytest.raises(Invalid) as caught:
        traffic({PREFIX + "excludeInboundPorts": "*", PREFIX + "includeOutboundIPRanges": "10.0.0.0/8,bad"})
    assert [fault.path for fault in caught.value.faults] == [
        f"metadata.annotations[{PREFIX}excludeInboundPorts]",
        f"metadata.annotations[{PREFIX}includeOutboundIPRanges]",
    ]
    assert "'bad' is not a CIDR" in str(caught.value)
