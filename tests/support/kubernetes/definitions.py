"""Install CustomResourceDefinitions and wait until the server serves their kinds."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from lateen.base.tasks import until_seen
from lateen.sources.client import PATCH_TYPES, Client

ISTIO = Path(__file__).parents[4] / "shared" / "conformance" / "crds" / "istio-crds.yaml"
_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


async def install(client: Client, definitions: Iterable[Mapping[str, Any]]) -> None:
    """Apply CRDs on the server and wait until each is established; raises ApiError, TimeoutError naming one."""
    applied = [await _apply(client, definition) for definition in definitions]
    for name in applied:
        await until_seen(lambda name=name: _established(client, name), seconds=30, what=f"{name} to be served")


def istio_definitions() -> list[dict[str, Any]]:
    """Istio's own CRDs; raises FileNotFoundError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [each for each in yaml.load_all(ISTIO.read_text(), Loader=loader) if each]


async def _apply(client: Client, definition: Mapping[str, Any]) -> str:
    name: str = definition["metadata"]["name"]
    query = {"fieldManager": "test", "force": "true"}
    await client.request("PATCH", f"{_PATH}/{name}", query=query, body=definition, content_type=PATCH_TYPES["apply"])
    return name


async def _established(client: Client, name: str) -> bool:
    found = await client.request("GET", f"{_PATH}/{name}")
    conditions = found.get("status", {}).get("conditions", [])
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
