from lateen.kinds.all import by_kind


def test_a_node_is_ready_when_it_says_so():
    status = by_kind("Node").columns[0]
    assert status.text({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}) == "Ready"
    assert status.text({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}) == "NotReady"
    assert status.text({}) == "NotReady"
