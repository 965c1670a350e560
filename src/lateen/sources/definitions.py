"""Notice when kinds are installed in a cluster or removed: by the names of its CustomResourceDefinitions."""

from typing import NoReturn

from lateen.base.clock import Clock
from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.informer import Delete, Event, Put, Synced, follow
from lateen.sources.served import SLOWEST, Catalog


async def follow_definitions(client: Client, catalog: Catalog, clock: Clock) -> NoReturn:
    """Have `catalog` look whenever a definition comes, changes or goes; runs until cancelled.

    A server without definitions serves what it serves: there the catalog looks now and then for what is missing.
    """
    names: set[str] = set()

    def hear(event: Event) -> None:
        match event:
            case Put(key):
                names.add(key.name)
            case Delete(key):
                names.discard(key.name)
            case Synced(""):
                catalog.expect(kind.resource for kind in catalog.kinds)
                return
        catalog.expect(names)

    await follow(
        client, by_kind("CustomResourceDefinition"), hear, metadata_only=True, clock=clock, longest_wait=SLOWEST
    )
