from lateen.kinds.networking.weights import weight_faults


def paths(*weights):
    return [fault.path for fault in weight_faults("route", weights)]


def test_weights_need_not_sum_up_to_a_hundred():
    assert paths(49, 50) == []
    assert paths(100, 0) == []
    assert paths(0) == []
    assert paths() == []


def test_a_negative_weight_is_refused():
    assert paths(5, -1) == ["route[1].weight"]


def test_no_weight_at_all_would_route_nothing():
    assert paths(0, 0) == ["route"]
