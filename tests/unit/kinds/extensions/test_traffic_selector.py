from lateen.kinds.extensions.traffic_selector import PortSelector, TrafficSelector, traffic_faults


def test_a_port_stands_once():
    ports = (PortSelector(number=80), PortSelector(number=81), PortSelector(number=80))
    faults = list(traffic_faults("m", [TrafficSelector(mode="CLIENT"), TrafficSelector(ports=ports)]))
    assert [fault.path for fault in faults] == ["m[1].ports[2].number"]
