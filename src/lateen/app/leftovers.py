"""What a mesh leaves in a cluster beside what was installed: its kinds' definitions, its authority, leases, roots."""

from typing import Any

from lateen.app.authority_secret import NAME as AUTHORITY
from lateen.app.root_config_maps import NAME as ROOTS
from lateen.install.crds import crds
from lateen.sources.client import Client
from lateen.sources.dynamic import Dynamic

Raw = dict[str, Any]


async def leftovers(client: Client) -> list[Raw]:
    """List them, those that are there or may be."""
    objects = Dynamic(client)
    roots = await objects.selected("v1", "ConfigMap", "istio.io/config=true")
    namespaces = {raw["metadata"]["namespace"] for raw in await objects.selected("v1", "Secret", "") if _is_ours(raw)}
    leases = await objects.selected("coordination.k8s.io/v1", "Lease", "")
    return [
        *(raw for raw in roots if raw["metadata"]["name"] == ROOTS),
        *(raw for raw in leases if raw["metadata"]["name"].startswith("lateen-leader")),
        *(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": AUTHORITY, "namespace": one}}
            for one in namespaces
        ),
        *crds(),
    ]


def _is_ours(raw: Raw) -> bool:
    return bool(raw["metadata"]["name"] == AUTHORITY)
