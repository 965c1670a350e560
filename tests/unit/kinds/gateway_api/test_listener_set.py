def test_it_is_judged_as_a_gateways_listeners_are(paths):
    one = {"name": "a", "port": 80, "protocol": "HTTP"}
    assert paths("ListenerSet", {"parentRef": {"name": "g"}, "listeners": [one]}) == []
    found = paths("ListenerSet", {"parentRef": {"name": "g"}, "listeners": [one, one]})
    assert found == ["spec.listeners[1].name", "spec.listeners[1]"]
    assert paths("ListenerSet", {"listeners": [one]}) == ["spec.parentRef"]
