"""A real Kubernetes takes the definitions that are printed for it, and its verdict on objects is ours.

They are installed in groups of the test's own, beside Istio's that other tests use.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.cluster import Cluster
from kubernetes.definitions import install

from lateen.base.refs import Key
from lateen.install.crds import crd, crds
from lateen.kinds.all import KINDS, find
from lateen.kinds.decode import check
from lateen.kinds.spec import KindSpec
from lateen.sources.client import ApiError, Client
from lateen.sources.urls import object_url

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "conformance" / "validation"
CASES = sorted(CORPUS.glob("crd-cel-*/*.yaml"))
PRINTED = {each["metadata"]["name"] for each in crds()}
CUSTOM = [kind for kind in KINDS if kind.resource in PRINTED]


def own(kind: KindSpec) -> KindSpec:
    """The same kind in a group of this test's own."""
    return replace(kind, group=f"{kind.group}.lateen.test")


@pytest.fixture
async def definitions(kubernetes: Cluster) -> AsyncIterator[Client]:
    """The admin's client of a server that has all definitions."""
    async with kubernetes.client() as client:
        await install(client, [crd(own(kind)) for kind in CUSTOM])
        yield client


async def test_every_definition_is_established_and_structural(definitions: Client) -> None:
    for kind in CUSTOM:
        found = await definitions.request(
            "GET", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{own(kind).resource}"
        )
        conditions = {each["type"]: each for each in found["status"]["conditions"]}
        assert conditions["Established"]["status"] == "True", kind.kind
        assert conditions["NamesAccepted"]["status"] == "True", kind.kind
        assert "NonStructuralSchema" not in conditions, conditions


async def judge(client: Client, raw: dict[str, Any]) -> str:
    """Why the server refuses an object, "" when it takes it."""
    kind = find(raw["apiVersion"], raw["kind"])
    assert kind is not None
    made = own(kind)
    version = raw["apiVersion"].rpartition("/")[2]
    meta = raw["metadata"] | ({"namespace": "default"} if kind.namespaced else {})
    url = object_url(made, Key(meta.get("namespace", ""), ""), version)
    body = raw | {"apiVersion": f"{made.group}/{version}", "metadata": meta}
    try:
        await client.request("POST", url, query={"dryRun": "All", "fieldValidation": "Strict"}, body=body)
    except ApiError as error:
        if error.code not in (400, 422):
            raise
        return str(error)
    return ""


def objects(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that are of kinds with a definition; a key `_err` says that one is wrong."""
    found = [each for each in yaml.safe_load_all(path.read_text()) if each]
    return [each for each in found if (kind := find(each["apiVersion"], each["kind"])) and kind in CUSTOM]


async def test_examples_are_taken(definitions: Client) -> None:
    found = [each for path in sorted((ROOT / "examples").rglob("*.yaml")) for each in objects(path)]
    assert found
    for example in found:
        if not check(example, strict=True):
            assert not await judge(definitions, example), example


@pytest.mark.skipif(not CASES, reason=f"{CORPUS} is not here: Istio's cases for its definitions are not tried")
async def test_whatever_a_definition_refuses_validation_refuses_too(definitions: Client) -> None:
    """So nobody learns on Kubernetes only what one machine would have told."""
    tolerated = []
    for case in (each for path in CASES for each in objects(path)):
        case.pop("_err", "")
        said = await judge(definitions, case)
        if said and not [fault for fault in check(case, strict=True) if fault.severity == "error"]:
            tolerated.append((case, said))
    assert not tolerated
