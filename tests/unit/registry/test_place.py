from lateen.registry.place import NETWORK, NODE, REGION, SUBZONE, ZONE, node_locality, place_labels, said_locality


def test_a_nodes_locality_is_in_its_labels():
    assert node_locality({REGION: "r", ZONE: "z", SUBZONE: "s"}) == "r/z/s"
    assert node_locality({REGION: "r", ZONE: "z"}) == "r/z"
    assert node_locality({ZONE: "z"}) == ""


def test_a_workloads_label_says_its_locality_with_dots():
    assert said_locality({"istio-locality": "r.z.s"}) == "r/z/s"
    assert said_locality({"topology.istio.io/locality": "r.z", "istio-locality": "x"}) == "r/z"
    assert said_locality({"app": "web"}) == ""


def test_a_place_is_told_by_labels_as_far_as_it_is_known():
    assert place_labels("r/z", "", "n") == {REGION: "r", ZONE: "z", NODE: "n"}
    assert place_labels("", "net", "") == {NETWORK: "net"}


def test_no_label_has_the_signs_that_stand_between_labels():
    assert place_labels("r,app=web/z", "", "") == {ZONE: "z"}
