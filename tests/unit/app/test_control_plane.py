"""The control plane follows a real API server and serves real streams: whom, what, and when it is there."""

import grpc
import grpc.aio
import pytest
from cryptography import x509
from planes import NAME, Plane
from worlds import pod, service, slices

from lateen.app.source import WATCHED
from lateen.base.refs import Key
from lateen.base.tasks import until
from lateen.identity.authority import FACTS
from lateen.identity.certificate import identity_of, load_chain
from lateen.identity.keys import make_request, new_key
from lateen.kinds.all import by_kind
from lateen.node.ca_client import CaClient, Unavailable
from lateen.proto import types

REVIEWS = "outbound|80||reviews.shop.svc.cluster.local"
WORLD = (
    pod("reviews-1", "10.244.0.2", {"app": "reviews", "version": "v1"}),
    service("reviews", address="10.96.7.7"),
    slices("reviews", {"reviews-1": "10.244.0.2"}),
)


def test_every_watched_kind_is_one_the_house_knows() -> None:
    assert all(by_kind(kind).name == kind for kind in WATCHED)


async def test_it_serves_when_every_kind_has_been_read(mesh: Plane) -> None:
    assert mesh.control.source.missing() == ""
    assert not mesh.control.pump.busy


async def test_a_pods_proxy_gets_what_there_is_and_what_comes_and_goes(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    proxy = await mesh.connect("reviews-1")
    await proxy.has(types.CLUSTER, REVIEWS)
    await mesh.put(service("ratings", address="10.96.7.8"))
    await proxy.has(types.CLUSTER, "outbound|80||ratings.shop.svc.cluster.local")
    await mesh.admin.delete(by_kind("Service"), Key("shop", "reviews"))
    await proxy.has(types.CLUSTER, REVIEWS, there=False)


async def test_caught_up_means_that_every_proxy_has_acknowledged_the_change(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    proxy = await mesh.connect("reviews-1")
    after = (await mesh.put(service("ratings", address="10.96.7.8")))[0]
    assert await mesh.control.caught_up("Service", after["metadata"]["resourceVersion"])
    assert "outbound|80||ratings.shop.svc.cluster.local" in proxy.names[types.CLUSTER]


async def test_gone_means_that_no_proxy_is_sent_there_any_more(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    proxy = await mesh.connect("reviews-1")
    await proxy.has(types.CLUSTER, REVIEWS)
    await mesh.put(slices("reviews", {}))
    assert await mesh.control.gone("10.244.0.2")


async def test_what_one_proxy_refuses_does_not_hold_up_the_end_of_a_pod(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    proxy = await mesh.connect("reviews-1", refuses={REVIEWS: "no"})
    await until(lambda: any(mesh.control.ads.connections[0].proxy.session.refusals()), seconds=10, what="the refusal")
    await mesh.put(slices("reviews", {}))
    assert await mesh.control.gone("10.244.0.2") and await mesh.control.caught_up("Service", "0")
    assert REVIEWS not in proxy.names[types.CLUSTER]


@pytest.mark.parametrize(("name", "account"), [("nobody", "default"), ("reviews-1", "other")])
async def test_a_stream_is_only_for_a_pod_that_is_there_and_runs_as_the_caller(
    mesh: Plane, name: str, account: str
) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await mesh.connect(name, account=account)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert name in (caught.value.details() or "")


async def test_a_stream_that_ends_leaves_nothing_computed(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD))
    proxy = await mesh.connect("reviews-1")
    await proxy.close()
    await until(lambda: not mesh.control.ads.connections, seconds=10, what="the stream to end")
    mesh.control.pump.poke()
    await mesh.control.pump.idle()
    assert not any(len(collection) for collection in mesh.control.pipeline.resources.values())


async def test_a_proxy_moves_when_its_pods_labels_change(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*WORLD, service("ratings", address="10.96.7.8")))
    proxy = await mesh.connect("reviews-1")
    await proxy.has(types.CLUSTER, "inbound|80||")
    raw = pod("reviews-1", "10.244.0.2", {"app": "elsewhere", "version": "v1"})
    await mesh.put(raw)
    await proxy.has(types.CLUSTER, "inbound|80||", there=False)
    await proxy.has(types.CLUSTER, REVIEWS)


async def test_a_pods_token_is_worth_a_certificate_that_tells_the_pods_facts(mesh: Plane) -> None:
    found = (await mesh.put(*WORLD))[0]
    await mesh.seen([found])
    bound = ("reviews-1", found["metadata"]["uid"])
    token = await mesh.admin.token(Key("shop", "default"), ("istio-ca",), pod=bound)
    agent = CaClient(mesh.places.endpoints[1].address, NAME, mesh.control.authority.trust)
    try:
        issued = await agent.sign(make_request(new_key(), ""), token.reveal().decode(), 3600)
    finally:
        await agent.close()
    leaf = load_chain(issued.chain)[0]
    assert identity_of(leaf).uri == "spiffe://cluster.local/ns/shop/sa/default"
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    facts = next(name.value for name in names if isinstance(name, x509.OtherName) and name.type_id == FACTS)
    assert b";shop;reviews;v1;reviews;v1;Kubernetes" in facts


async def test_a_token_for_another_audience_is_worth_nothing(mesh: Plane) -> None:
    token = await mesh.admin.token(Key("shop", "default"), ("elsewhere",))
    agent = CaClient(mesh.places.endpoints[1].address, NAME, mesh.control.authority.trust)
    try:
        with pytest.raises(Unavailable, match="unauthenticated"):
            await agent.sign(make_request(new_key(), ""), token.reveal().decode(), 3600)
    finally:
        await agent.close()
