from lateen.kinds.all import by_kind


def test_a_node_is_ready_when_it_says_so():
    status = by_kind("Node").columns[0]
    assert status.text({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}) == "Ready"
    assert status.text({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}) == "NotReady"
    assert status.text({}) == "NotReady"


def test_a_cordoned_node_and_its_roles_are_told():
    status, roles = by_kind("Node").columns[:2]
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    assert status.text({"spec": {"unschedulable": True}, "status": ready}) == "Ready,SchedulingDisabled"
    labels = {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "", "a": "b"}
    assert roles.text({"metadata": {"labels": labels}}) == "control-plane,worker"
    assert roles.text({"metadata": {}}) == "<none>"
