"""Every operation on a list of named things."""

from typing import Any

import pytest

from lateen.envoy.patches.edit import edit, put_back
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import Operation, Patch


def routes(*names: str) -> list[Any]:
    return [value_of("HTTP_ROUTE", f'{{"name": "{name}"}}'.encode()) for name in names]


def edited(operation: Operation, selected: str | None) -> list[str]:
    value = b"" if operation == "REMOVE" else b'{"name": "new"}'
    patch = Patch(target="HTTP_ROUTE", operation=operation, value=value)
    selects = None if selected is None else lambda one: one.name == selected
    return [one.name for one in edit(routes("a", "b", "c"), patch, selects)]


@pytest.mark.parametrize(
    ("operation", "of_b", "of_none", "of_missing"),
    [
        ("ADD", "a b c new", "a b c new", "a b c new"),
        ("INSERT_FIRST", "new a b c", "new a b c", "a b c"),
        ("INSERT_BEFORE", "a new b c", "new a b c", "a b c"),
        ("INSERT_AFTER", "a b new c", "a b c new", "a b c"),
        ("REPLACE", "a new c", "a b c", "a b c"),
        ("REMOVE", "a c", "", "a b c"),
        ("MERGE", "a new c", "new new new", "a b c"),
        ("MERGE_AND_REPLACE_LIST", "a new c", "new new new", "a b c"),
    ],
)
def test_an_operation_does_what_istio_documents(operation: Operation, of_b: str, of_none: str, of_missing: str) -> None:
    assert edited(operation, "b") == of_b.split()
    assert edited(operation, None) == of_none.split()
    assert edited(operation, "x") == of_missing.split()


def test_a_filter_of_another_type_keeps_its_configuration() -> None:
    url = "type.googleapis.com/envoy.extensions.filters.http"
    [router] = [
        value_of("HTTP_FILTER", f'{{"name": "r", "typed_config": {{"@type": "{url}.router.v3.Router"}}}}'.encode())
    ]
    value = f'{{"name": "f", "typed_config": {{"@type": "{url}.fault.v3.HTTPFault"}}}}'.encode()
    [left] = edit([router], Patch(target="HTTP_FILTER", operation="MERGE", value=value), None)
    assert left.name == "r" and left.typed_config.type_url.endswith("Router")


def test_members_are_put_back_in_their_new_order() -> None:
    host = value_of("VIRTUAL_HOST", b'{"routes": [{"name": "a"}, {"name": "b"}]}')
    put_back(host.routes, list(reversed(host.routes)))
    assert [route.name for route in host.routes] == ["b", "a"]
