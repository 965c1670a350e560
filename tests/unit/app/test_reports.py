"""What the statuses of Istio's objects say, at a real API server, of a real stream."""

from typing import Any

from planes import Plane
from worlds import pod, service, slices

from lateen.base.refs import Key
from lateen.base.tasks import until, until_seen
from lateen.kinds.all import by_kind

RULE = by_kind("DestinationRule")
_CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
KEY = Key("shop", "reviews")


def rule(host: str = "reviews", kind: str = "DestinationRule", **spec: Any) -> dict[str, Any]:
    meta = {"name": "reviews", "namespace": "shop"}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": {"host": host, **spec}}


async def status(mesh: Plane, generation: int, kind: Any = RULE) -> dict[str, Any]:
    """The status that speaks of a generation, with the conditions by type."""

    async def look() -> Any:
        found = (await mesh.admin.get(kind, KEY)).get("status") or {}
        return found if found.get("observedGeneration") == generation else None

    found = await until_seen(look, seconds=20, what=f"the status of generation {generation}")
    return found | {each["type"]: each for each in found["conditions"]}


async def test_an_object_that_every_proxy_has_is_accepted_and_reconciled_and_written_once(mesh: Plane) -> None:
    await mesh.put(rule())
    found = await status(mesh, 1)
    assert found["Accepted"]["status"] == found["Reconciled"]["status"] == "True"
    assert found["Reconciled"]["lastTransitionTime"] and found["Reconciled"]["observedGeneration"] == 1
    statuses, before = mesh.control._statuses, await mesh.admin.get(RULE, KEY)
    place = next(iter(statuses._wanted))
    await until(lambda: statuses._seen.get(place), seconds=10, what="the status to come back")
    computed = mesh.control.pipeline.store["DestinationRule"].get(KEY)
    assert statuses.written == 1 and not statuses._due and before["metadata"]["generation"] == 1
    await mesh.put(rule(exportTo=["."]))
    after = await status(mesh, 2)
    assert after["Reconciled"]["lastTransitionTime"] == found["Reconciled"]["lastTransitionTime"]
    assert mesh.control.pipeline.store["DestinationRule"].get(KEY) is not computed
    managers = {each["manager"]: each for each in (await mesh.admin.get(RULE, KEY))["metadata"]["managedFields"]}
    assert managers["lateen-status"]["subresource"] == "status" and managers["lateen-status"]["operation"] == "Apply"


async def test_a_proxy_that_does_not_acknowledge_is_named_until_it_does(mesh: Plane) -> None:
    world = (pod("reviews-1", "10.244.0.2", {"app": "reviews"}), service("reviews", address="10.96.1.1"), slices("reviews", {"reviews-1": "10.244.0.2"}))  # fmt: skip
    await mesh.seen(await mesh.put(*world))
    proxy = await mesh.connect("reviews-1")
    proxy.hold.clear()
    await mesh.put(rule(trafficPolicy={"connectionPool": {"tcp": {"maxConnections": 7}}}))
    found = await status(mesh, 1)
    assert found["Reconciled"]["status"] == "False" and "reviews-1.shop" in found["Reconciled"]["message"]
    proxy.hold.set()

    async def reconciled() -> bool:
        return bool((await status(mesh, 1))["Reconciled"]["status"] == "True")

    await until_seen(reconciled, seconds=20, what="the acknowledgement")


async def test_what_nothing_is_made_of_is_said_to_be_so(mesh: Plane) -> None:
    raw = rule(kind="ProxyConfig") | {"apiVersion": "networking.istio.io/v1beta1", "spec": {}}
    await mesh.put(raw)
    found = await status(mesh, 1, by_kind("ProxyConfig"))
    assert (found["Reconciled"]["status"], found["Reconciled"]["reason"]) == ("Unknown", "NotRead")


async def test_a_refused_version_is_said_with_its_faults(mesh: Plane) -> None:
    """An API server with other rules than ours lets in what the mesh refuses."""
    raw = (await mesh.put(rule()))[0]
    await status(mesh, 1)
    broken = raw | {"spec": {"host": ""}, "metadata": raw["metadata"] | {"generation": 2}}
    mesh.control.source._put("DestinationRule", KEY, broken)
    found = await status(mesh, 2)
    assert (found["Accepted"]["status"], found["Reconciled"]["reason"]) == ("False", "NotAccepted")
    assert "spec.host" in found["Accepted"]["message"]
    assert found["validationMessages"][0]["type"] == {"name": "SchemaValidationError", "code": "IST0106"}


async def test_a_deleted_object_is_not_written_to(mesh: Plane) -> None:
    await mesh.put(rule())
    await status(mesh, 1)
    await mesh.admin.delete(RULE, KEY)
    statuses = mesh.control._statuses
    await until(lambda: not statuses._wanted, seconds=10, what="the deletion")
    assert not statuses._seen and not statuses._due and not statuses._failures


async def test_who_is_overruled_is_told_so_when_the_other_comes_and_no_more_when_it_goes(mesh: Plane) -> None:
    kind, spec = by_kind("VirtualService"), {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]}  # fmt: skip
    own = rule(kind="VirtualService") | {"spec": spec}
    await mesh.put(own)
    assert "validationMessages" not in await status(mesh, 1, kind)
    other = own | {"metadata": {"name": "own", "namespace": "shop"}, "spec": {**spec, "exportTo": ["."]}}
    await mesh.put(other)

    async def overruled() -> bool:
        found = await status(mesh, 1, kind)
        codes = [each["type"]["code"] for each in found.get("validationMessages", ())]
        return codes == ["IST0109"] and "VirtualService shop/own" in found["Accepted"]["message"]

    async def alone() -> bool:
        return not (await status(mesh, 1, kind)).get("validationMessages")

    await until_seen(overruled, seconds=20, what="the conflict in the status")
    assert (await status(mesh, 1, kind))["Accepted"]["status"] == "True"
    await mesh.admin.delete(kind, Key("shop", "own"))
    await until_seen(alone, seconds=20, what="the conflict to leave the status")


def world() -> list[dict[str, Any]]:
    pods = [pod(f"reviews-{n}", f"10.244.0.{n}", {"app": "reviews"}) for n in (2, 3)]
    hosts = [service(name, address=f"10.96.1.{n}") for n, name in ((1, "reviews"), (2, "ratings"))]
    return [*pods, *hosts, slices("reviews", {"reviews-2": "10.244.0.2", "reviews-3": "10.244.0.3"})]


CLUSTER = "outbound|80||reviews.shop.svc.cluster.local"
RATINGS = Key("shop", "ratings")


async def reconciled(mesh: Plane, key: Key, **wanted: str) -> dict[str, Any]:
    """The condition Reconciled, once it says so."""

    async def look() -> Any:
        found = (await mesh.admin.get(RULE, key)).get("status") or {}
        said = {each["type"]: each for each in found.get("conditions") or ()}.get("Reconciled", {})
        return said if all(said.get(name) == value for name, value in wanted.items()) else None

    found: dict[str, Any] = await until_seen(look, seconds=20, what=f"{key}: {wanted}")
    return found


async def test_a_version_that_a_proxy_refuses_says_which_what_and_why_until_it_is_mended(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*world()))
    one, two = await mesh.connect("reviews-2"), await mesh.connect("reviews-3")
    await mesh.put(rule())
    await reconciled(mesh, KEY, status="True")
    one.refuses[CLUSTER] = "Invalid path: /none"
    await mesh.put(rule(trafficPolicy={"connectionPool": {"tcp": {"maxConnections": 7}}}))
    found = await reconciled(mesh, KEY, status="False", reason="ProxyRefused")
    assert found["message"] == f"reviews-2.shop refused CDS {CLUSTER}: Invalid path: /none"
    ratings = rule("ratings") | {"metadata": {"name": "ratings", "namespace": "shop"}}
    await mesh.put(ratings)
    await reconciled(mesh, RATINGS, status="True")
    assert (await reconciled(mesh, KEY))["status"] == "False", "what has nothing to do with it is no cure"
    one.refuses.clear()
    await mesh.put(rule(trafficPolicy={"connectionPool": {"tcp": {"maxConnections": 8}}}))
    await reconciled(mesh, KEY, status="True")
    assert CLUSTER in one.names[_CLUSTERS] and CLUSTER in two.names[_CLUSTERS]


async def test_a_proxy_that_comes_later_and_refuses_is_told_of_until_it_goes(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*world()))
    await mesh.connect("reviews-2")
    await mesh.put(rule(trafficPolicy={"connectionPool": {"tcp": {"maxConnections": 7}}}))
    await reconciled(mesh, KEY, status="True")
    late = await mesh.connect("reviews-3", refuses={CLUSTER: "no"})
    found = await reconciled(mesh, KEY, status="False", reason="ProxyRefused")
    assert found["message"].startswith("reviews-3.shop refused CDS")
    await late.close()
    await reconciled(mesh, KEY, status="True")
