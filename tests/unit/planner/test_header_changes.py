import pytest

from lateen.kinds.networking.headers import HeaderOperations, Headers
from lateen.plan.route import HeaderChanges
from lateen.planner.header_changes import Changes, plan_changes


def test_nothing_said_changes_nothing():
    assert plan_changes(None) == plan_changes(Headers()) == Changes()


def test_headers_change_in_the_order_of_their_names():
    said = HeaderOperations(set={"b": "2", "a": "1"}, add={"c": "3"}, remove=("d",))
    planned = HeaderChanges((("a", "1"), ("b", "2")), (("c", "3"),), ("d",))
    assert plan_changes(Headers(request=said)) == Changes(request=planned)
    assert plan_changes(Headers(response=said)) == Changes(response=planned)


@pytest.mark.parametrize("name", ["Host", "host", ":authority"])
def test_a_requests_host_is_told_apart(name):
    said = Headers(request=HeaderOperations(set={name: "a.x", "b": "2"}))
    assert plan_changes(said) == Changes(HeaderChanges(set=(("b", "2"),)), authority="a.x")
