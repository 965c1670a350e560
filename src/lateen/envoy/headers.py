"""Changes of headers, in the four fields that routes, virtual hosts and weighted clusters share."""

from typing import Any

from lateen.plan.route import HeaderChanges

_NONE = HeaderChanges()


def change(owner: Any, request: HeaderChanges, response: HeaderChanges) -> None:
    """Set the `request_headers_*` and `response_headers_*` fields of `owner`."""
    if request != _NONE:
        _change(owner.request_headers_to_add, owner.request_headers_to_remove, request)
    if response != _NONE:
        _change(owner.response_headers_to_add, owner.response_headers_to_remove, response)


def _change(to_add: Any, to_remove: Any, changes: HeaderChanges) -> None:
    for action, pairs in (
        ("OVERWRITE_IF_EXISTS_OR_ADD", changes.set),
        ("APPEND_IF_EXISTS_OR_ADD", changes.add),
    ):
        for name, value in pairs:
            option = to_add.add(append_action=action, keep_empty_value=not value)
            option.header.key, option.header.value = name, value
    to_remove.extend(changes.remove)
