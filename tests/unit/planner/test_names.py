from lateen.planner import names


def test_names_are_those_that_istios_tools_know():
    assert names.outbound(9080, "v1", "reviews.x") == "outbound|9080|v1|reviews.x"
    assert names.sni(9080, "", "reviews.x") == "outbound_.9080_._.reviews.x"
    assert names.inbound(9080) == "inbound|9080||"
    assert names.listener("0.0.0.0", 9080) == "0.0.0.0_9080"
