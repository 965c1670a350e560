import pytest


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ({"cookie": {}}, []),
        ({}, ["cookie"]),
        ({"type": "Header", "header": {"name": "x-a"}}, []),
        ({"type": "Header", "cookie": {}}, ["cookie", "header"]),
        ({"cookie": {"lifetimeType": "Permanent"}}, ["absoluteTimeout"]),
        ({"cookie": {"lifetimeType": "Permanent"}, "absoluteTimeout": "1h"}, []),
    ],
)
def test_a_session_has_what_its_type_needs(paths, session, expected):
    found = paths("HTTPRoute", {"rules": [{"sessionPersistence": session}]})
    assert found == [f"spec.rules[0].sessionPersistence.{each}" for each in expected]
