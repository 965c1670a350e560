"""Istio's name table, all names in one resource, for agents that know no other: made only where one asks for it."""

from collections.abc import Callable

from lateen.proto.name_table import TABLE, encode_table
from lateen.proto.resource import resource
from lateen.xds.view import View


def whole_names(names: View) -> tuple[View, Callable[[], None]]:
    """Return a view that holds all of `names` as one table without a name, and what ends it.

    A change costs the size of the table, in bytes joined and in bytes sent.
    """
    whole = View()

    def renew() -> None:
        rows = [(name, found.value()) for name in sorted(names.names()) if (found := names.get(name)) is not None]
        whole.commit({"": resource(TABLE, "", encode_table(rows))})

    names.watchers.add(renew)
    renew()
    return whole, lambda: names.watchers.discard(renew)
