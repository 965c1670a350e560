"""Objects of any kind of an API server, found by what it says that it serves."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from lateen.base.errors import LateenError
from lateen.sources.api_error import ApiError
from lateen.sources.client import PATCH_TYPES, Client

Raw = dict[str, Any]


class Served(NamedTuple):
    """How a kind is named in paths."""

    api_version: str
    plural: str
    namespaced: bool


class Dynamic:
    """Reads and writes objects of any kind. Every method raises ApiError, LateenError for a kind that is not served."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._served: dict[str, dict[str, Served]] = {}

    async def apply(self, raw: Mapping[str, Any], manager: str, *, dry_run: bool = False) -> tuple[Raw, bool]:
        """Apply on the server, over other managers; returns the object, and whether it is new."""
        query = {"fieldManager": manager, "force": "true"} | ({"dryRun": "All"} if dry_run else {})
        path = await self.path(raw)
        before = await self.find(raw)
        found: Raw = await self.client.request("PATCH", path, query=query, body=raw, content_type=PATCH_TYPES["apply"])
        return found, before is None

    async def find(self, raw: Mapping[str, Any]) -> Raw | None:
        """Return the object that has the kind and the name of `raw`; None where there is none."""
        try:
            found: Raw = await self.client.request("GET", await self.path(raw))
        except ApiError as error:
            if error.code != 404:
                raise
            return None
        return found

    async def delete(self, raw: Mapping[str, Any]) -> bool:
        """Delete it; False where there was none."""
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}
        try:
            await self.client.request("DELETE", await self.path(raw), body=options)
        except ApiError as error:
            if error.code != 404:
                raise
            return False
        return True

    async def selected(self, api_version: str, kind: str, selector: str) -> list[Raw]:
        """List the objects with labels, of all namespaces; none where the kind is not served."""
        served = (await self._kinds(api_version)).get(kind)
        if served is None:
            return []
        listed = await self.client.request(
            "GET", f"{_base(api_version)}/{served.plural}", query={"labelSelector": selector}
        )
        return [{"apiVersion": api_version, "kind": kind} | one for one in listed["items"]]

    async def served(self, api_version: str, kind: str) -> Served | None:
        """Return how a kind is named in paths; None where it is not served."""
        return (await self._kinds(api_version)).get(kind)

    async def path(self, raw: Mapping[str, Any]) -> str:
        """Return an object's path."""
        api_version, kind, meta = raw["apiVersion"], raw["kind"], raw["metadata"]
        served = (await self._kinds(api_version)).get(kind)
        if served is None:
            self._served.pop(api_version, None)  # it may be served soon: its definition was applied a moment ago
            raise LateenError(f"the cluster has no {kind} of {api_version}", "is its CustomResourceDefinition there?")
        where = f"/namespaces/{quote(meta.get('namespace') or 'default')}" if served.namespaced else ""
        return f"{_base(api_version)}{where}/{served.plural}/{quote(meta['name'])}"

    async def _kinds(self, api_version: str) -> dict[str, Served]:
        if api_version not in self._served:
            try:
                listed = await self.client.request("GET", _base(api_version))
            except ApiError as error:
                if error.code != 404:
                    raise
                return {}
            self._served[api_version] = {
                one["kind"]: Served(api_version, one["name"], one["namespaced"])
                for one in listed["resources"]
                if "/" not in one["name"]
            }
        return self._served[api_version]


def _base(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
