"""What is refused is found with the objects that it was made of."""

from planes import Plane
from worlds import pod, service, slices

from lateen.app.refusals import Refusals, origins
from lateen.base.refs import Key, Origin
from lateen.base.tasks import until
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.proto import types

CLUSTER = "outbound|80||reviews.shop.svc.cluster.local"


def test_the_parts_of_a_plan_say_where_they_come_from() -> None:
    one, two = Origin("VirtualService", "shop", "a"), Origin("Service", "shop", "b", "spec.ports[0]")
    hosts = (VirtualHost(name="a", domains=("a",), routes=(), origin=one), VirtualHost(name="b", domains=("b",), routes=(), origin=two))  # fmt: skip
    assert {one, two} <= set(origins(RouteConfig(name="80", virtual_hosts=hosts)))


async def test_a_refused_cluster_is_its_rules_and_of_nobody_else(mesh: Plane) -> None:
    rule = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "spec": {"host": "reviews"},
            "metadata": {"name": "reviews", "namespace": "shop"}}  # fmt: skip
    world = [pod("reviews-1", "10.244.0.2", {"app": "reviews"}), service("reviews", address="10.96.1.1"),
             slices("reviews", {"reviews-1": "10.244.0.2"}), rule]  # fmt: skip
    await mesh.seen(await mesh.put(*world))
    refusals = Refusals(mesh.control.pipeline, lambda: mesh.control.ads.connections)
    assert refusals.look() == frozenset()
    proxy = await mesh.connect("reviews-1", refuses={CLUSTER: "no"})
    await until(lambda: refusals.look(), seconds=10, what="the refusal")
    (found,) = refusals.now()
    assert str(found) == f"reviews-1.shop refused CDS {CLUSTER}: no"
    assert (found.at.type_url, found.at.name, found.proxy) == (types.CLUSTER, CLUSTER, "reviews-1.shop")
    named = ("DestinationRule", Key("shop", "reviews"))
    assert named in refusals.objects(found) and refusals.of(named) == [found]
    assert refusals.of(("DestinationRule", Key("shop", "other"))) == []
    await proxy.close()
    await until(lambda: not refusals.look(), seconds=10, what="the end of the connection")
    assert refusals.now() == frozenset()


async def test_nobody_looks_before_something_changed(mesh: Plane) -> None:
    looked: list[int] = []
    refusals = Refusals(mesh.control.pipeline, lambda: looked.append(1) or [])  # type: ignore[func-returns-value]
    refusals.now()
    refusals.changed()
    refusals.now()
    refusals.now()
    assert looked == [1]
