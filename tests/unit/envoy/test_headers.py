from lateen.envoy.headers import change
from lateen.plan.route import HeaderChanges
from lateen.proto.descriptors import message

OVERWRITE, APPEND = 2, 0
NOTHING = HeaderChanges()


def changed(request=NOTHING, response=NOTHING):
    route = message("envoy.config.route.v3.Route")()
    change(route, request, response)
    return route


def test_set_replaces_and_add_appends():
    [first, second] = changed(HeaderChanges((("x-a", "1"),), (("x-b", "2"),))).request_headers_to_add
    assert (first.header.key, first.header.value, first.append_action) == ("x-a", "1", OVERWRITE)
    assert (second.header.key, second.header.value, second.append_action) == ("x-b", "2", APPEND)


def test_responses_change_apart_from_requests():
    route = changed(HeaderChanges(remove=("x-a",)), HeaderChanges(remove=("x-b",), set=(("x-c", ""),)))
    assert list(route.request_headers_to_remove) == ["x-a"]
    assert list(route.response_headers_to_remove) == ["x-b"]
    assert route.response_headers_to_add[0].keep_empty_value
    assert not route.request_headers_to_add


def test_values_are_envoys_format_strings():
    [added] = changed(HeaderChanges(set=(("x-host", "%HOSTNAME%"),))).request_headers_to_add
    assert added.header.value == "%HOSTNAME%"


def test_no_changes_leave_nothing():
    assert changed().ByteSize() == 0
