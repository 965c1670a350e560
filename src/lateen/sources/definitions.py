"""Notice when kinds are installed in a cluster or removed: by the names of its CustomResourceDefinitions."""

from typing import NoReturn

from lateen.base.clock import Clock
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import KindSpec
from lateen.sources.client import Client
from lateen.sources.informer import Delete, Event, Put, Synced, follow
from lateen.sources.served import SLOWEST, Catalog


class CustomResourceDefinition(OpenModel, frozen=True, kw_only=True):
    """Only its name is read; the definitions themselves are large."""

    metadata: ObjectMeta


DEFINITION = KindSpec(
    group="apiextensions.k8s.io",
    kind="CustomResourceDefinition",
    plural="customresourcedefinitions",
    versions=("v1",),
    namespaced=False,
    model=CustomResourceDefinition,
    open=True,
)


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

    await follow(client, DEFINITION, hear, metadata_only=True, clock=clock, longest_wait=SLOWEST)
