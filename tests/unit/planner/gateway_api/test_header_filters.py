from worlds import decode_spec

from lateen.kinds.gateway_api.header_filters import HTTPHeaderFilter
from lateen.plan.route import HeaderChanges
from lateen.planner.gateway_api.header_filters import Changes, plan_changes


def planned(text: str) -> Changes:
    return plan_changes(decode_spec(HTTPHeaderFilter, text))


def test_headers_are_set_added_and_removed():
    said = "{set: [{name: B, value: '2'}, {name: A, value: '1'}], add: [{name: C, value: '3'}], remove: [D]}"
    assert planned(said).headers == HeaderChanges((("A", "1"), ("B", "2")), (("C", "3"),), ("D",))
    assert plan_changes(None) == Changes()


def test_a_value_stands_for_itself():
    assert planned("{set: [{name: A, value: '50%'}]}").headers.set == (("A", "50%%"),)


def test_the_host_is_told_apart():
    assert planned("{set: [{name: Host, value: a.x}]}") == Changes(authority="a.x")
