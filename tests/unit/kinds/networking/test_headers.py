from lateen.kinds.networking.headers import HeaderOperations, Headers

ROUTE = [{"destination": {"host": "x"}}]


def test_headers_can_be_set_added_and_removed(http_errors):
    operations = {"set": {"x-a": "1", ":authority": "b"}, "add": {"x-b": "%HOSTNAME%"}, "remove": ["x-c"]}
    assert http_errors(route=ROUTE, headers={"request": operations, "response": operations}) == []


def test_names_and_values_are_checked_where_they_stand(http_errors):
    operations = {"set": {"a b": "1"}, "add": {"x": "100%"}, "remove": ["", "host", ":path"]}
    assert http_errors(route=ROUTE, headers={"request": operations}) == [
        'headers.request.set["a b"]',
        "headers.request.add.x",
        "headers.request.remove[0]",
        "headers.request.remove[1]",
        "headers.request.remove[2]",
    ]


def test_setting_the_authority_is_told():
    assert Headers(request=HeaderOperations(set={":Authority": "x"})).sets_authority
    assert not Headers(response=HeaderOperations(set={":authority": "x"})).sets_authority
