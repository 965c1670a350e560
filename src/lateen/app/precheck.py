"""Whether a cluster can take the mesh: what is wrong is said before anything is applied."""

from collections.abc import Iterable
from typing import Any

from lateen.install.manifest import manifest
from lateen.install.parts import MANAGED
from lateen.install.settings import Tree
from lateen.sources.client import Client
from lateen.sources.dynamic import Dynamic

OLDEST = (1, 29)
"""Kubernetes from which on sidecars may be init containers that run on."""

Raw = dict[str, Any]


async def findings(client: Client, tree: Tree, version: str) -> list[str]:
    """Say what stands in the way of an installation with such settings: the cluster's version, rights, and what others
    have by the names of ours."""
    server = await client.request("GET", "/version")
    found = list(of_version(str(server.get("major", "")), str(server.get("minor", ""))))
    objects = manifest(tree, version)
    return [*found, *await _rights(client, objects), *await _taken(client, objects)]


def of_version(major: str, minor: str) -> Iterable[str]:
    """Say what the version of an API server lacks."""
    number = tuple(int("".join(filter(str.isdecimal, part)) or 0) for part in (major, minor))
    if number < OLDEST:
        yield (
            f"Kubernetes {major}.{minor} is older than {OLDEST[0]}.{OLDEST[1]} and has no init containers that run on: "
            "install with values.pilot.env.ENABLE_NATIVE_SIDECARS=false"
        )


async def _rights(client: Client, objects: list[Raw]) -> list[str]:
    places = dict.fromkeys((raw["apiVersion"], raw["kind"], raw["metadata"].get("namespace", "")) for raw in objects)
    dynamic, wrong = Dynamic(client), []
    for api_version, kind, namespace in places:
        served = await dynamic.served(api_version, kind)
        if served is None:
            wrong.append(f"the cluster does not serve {kind} of {api_version}")
            continue
        attributes = {
            "verb": "create",
            "group": api_version.rpartition("/")[0],
            "resource": served.plural,
            "namespace": namespace,
        }
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                  "spec": {"resourceAttributes": attributes}}  # fmt: skip
        answer = await client.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=review)
        if not answer["status"]["allowed"]:
            wrong.append(f"you may not create {served.plural}{f' in {namespace}' if namespace else ''}")
    return wrong


async def _taken(client: Client, objects: list[Raw]) -> list[str]:
    """Objects by our names that an installation of ours has not made: another mesh's, most likely."""
    dynamic, wrong = Dynamic(client), []
    for raw in objects:
        if raw["kind"] in ("Namespace", "CustomResourceDefinition"):
            continue
        if await dynamic.served(raw["apiVersion"], raw["kind"]) and (found := await dynamic.find(raw)) is not None:
            labels = found["metadata"].get("labels") or {}
            if labels.get(MANAGED, "").partition("-")[0] != "lateen":
                where = "/".join(filter(None, (raw["metadata"].get("namespace"), raw["metadata"]["name"])))
                wrong.append(f"{raw['kind']} {where} is somebody else's: installing takes it over")
    return wrong
